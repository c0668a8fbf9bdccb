"""The page: `create_app()` is served, or is the last line of a notebook cell."""

import time
from urllib.parse import parse_qs

import panel as pn
import panel_material_ui as pmui

from workbench.app.frames import Frame
from workbench.app.session import Session
from workbench.app.views.choices import Choices
from workbench.app.views.compare import Compare
from workbench.app.views.curves import Convergence
from workbench.app.views.files import Python, TakeAway, Upload
from workbench.app.views.pictures import Gallery
from workbench.app.views.transport import Transport
from workbench.experiment import Experiment
from workbench.jobs import Status

BEAT = 1 / 15  # seconds between two looks at the run, at the least
SHARE = 0.04  # of the time may go into drawing
SLOWEST = 0.5  # seconds between two pictures, at the most
ALONE = 3.0  # seconds without a reader after which a run waits for one
_BAD = {Status.DIVERGED: "error", Status.FAILED: "error"}


class Workbench:
    """One page of one session: views, and the beat that pulls frames for them."""

    def __init__(self, session: Session, hidden: frozenset[str] = frozenset()) -> None:
        self.session, self._hidden = session, hidden
        self.transport = Transport(session)
        self.choices = Choices(session, self._chosen, hidden)
        self.gallery, self.compare, self.python = Gallery(), Compare(), Python(session)
        self.convergence = Convergence()
        self.upload, self.take = Upload(session, self._told), TakeAway(session)
        self.alert = pmui.Alert("", severity="error", visible=False, margin=(2, 8), sizing_mode="stretch_width")
        self.tabs = pmui.Tabs(
            ("Pictures", self.gallery.element), ("Compare", self.compare.element), ("Python", self.python.element),
            dynamic=True, sizing_mode="stretch_width", margin=0,
        )  # fmt: skip
        self.tabs.param.watch(lambda event: self._turned(), "active")
        self.location = pn.state.location if pn.state.curdoc and pn.state.curdoc.session_context else None
        self._pictures, self._due, self._last = -1, 0.0, Frame.__new__(Frame)
        self._frame: Frame | None = None
        self._chosen()
        self.page = self._page()

    def _page(self) -> pmui.Page:
        bar = pmui.Row(self.gallery.fit, self.take.element, margin=0, styles={"position": "absolute", "right": "12px"})
        centre = pmui.Column(
            bar, self.tabs, self.alert, self.convergence.element, sizing_mode="stretch_both", margin=(0, 0, 4, 12)
        )
        return pmui.Page(
            title="Workbench", header=[self.transport.element], main=[centre], sidebar_width=300,
            sidebar=[pmui.Column(self.choices.element, self.upload.element, sizing_mode="stretch_width", margin=0)],
            busy_indicator=None, theme_config=THEME,
        )  # fmt: skip

    def beat(self) -> None:
        """Grant late wishes; draw the newest frame when drawing is due."""
        self.choices.wishes.flush()
        begin = time.perf_counter()
        if begin < self._due:
            return
        frame = self.session.tick()
        if frame is None:
            return
        with pn.io.hold():
            self._draw(frame)
        end = time.perf_counter()
        self._due = end + min((end - begin) / SHARE, SLOWEST)

    def _draw(self, frame: Frame) -> None:
        self._frame = frame
        self._draw_pictures()
        self.transport.show_frame(frame)
        if self.tabs.active == 0:
            self.gallery.show_frame(frame)
        elif self.tabs.active == 1:
            self.compare.show_frame(frame)
        self.convergence.show_frame(frame)
        self._warn(frame.message, "error" if frame.status in _BAD else "info")
        if len(steps := frame.curves.get("step_size", ())):
            self.choices.found(float(steps[-1]))

    def _draw_pictures(self) -> None:
        pictures = self.session.pictures()
        if pictures.version != self._pictures:
            self._pictures = pictures.version
            self.gallery.show_pictures(pictures)
            self.compare.show_pictures(pictures)

    def _turned(self) -> None:
        if self._frame is not None:
            self._draw(self._frame)

    def _warn(self, sentence: str, severity: str) -> None:
        sentence = sentence or self.session.errors.get("address", "")
        if (sentence, bool(sentence)) != (self.alert.object, self.alert.visible):
            self.alert.param.update(object=sentence, severity=severity, visible=bool(sentence))

    def _told(self) -> None:
        self.choices.refresh()
        self._chosen()

    def _chosen(self) -> None:
        """The experiment is another one: so are its address and its Python."""
        self.python.refresh()
        if self.location is not None:
            kept = f"&hide={','.join(sorted(self._hidden))}" if self._hidden else ""
            self.location.search = f"?{self.session.address()}{kept}"


THEME = {
    "palette": {"primary": {"main": "#1f5f99"}},
    "typography": {"h3": {"fontSize": "1.25rem", "fontWeight": 600}},
    "components": {"MuiToolbar": {"styleOverrides": {"root": {"minHeight": "52px !important"}}}},
}


def create_app(experiment: Experiment | None = None) -> pmui.Page:
    """The page of one person, its default experiment running. An address describes another one."""
    query = pn.state.location.search if pn.state.location else ""
    described = bool(query) and experiment is None
    session = Session.from_address(query) if described else Session(experiment)
    hide = parse_qs(query.removeprefix("?")).get("hide", [""])[0]
    app = Workbench(session, frozenset(filter(None, hide.split(","))))
    session.play()
    pn.state.on_session_destroyed(lambda context: session.close())
    pn.state.add_periodic_callback(app.beat, period=round(1000 * BEAT))
    return app.page
