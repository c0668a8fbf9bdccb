"""The page: `create_app()` is served, or is the last line of a notebook cell."""

import time
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import parse_qs

import panel as pn
import panel_material_ui as pmui
from panel.util.parameters import edit_readonly

from workbench.app.echo import Echo
from workbench.app.frames import Frame
from workbench.app.later import Later
from workbench.app.notebook import Framed, in_notebook
from workbench.app.opening import as_experiment
from workbench.app.server import KEPT
from workbench.app.session import Session
from workbench.app.theme import PLAIN_TITLE, THEME, follow_browser
from workbench.app.views.choices import Choices
from workbench.app.views.compare import Compare
from workbench.app.views.curves import Convergence
from workbench.app.views.files import Python, TakeAway, Upload
from workbench.app.views.information import InformationView
from workbench.app.views.laboratory import LaboratoryView
from workbench.app.views.pictures import Gallery
from workbench.app.views.spectrum import SpectrumView
from workbench.app.views.tab import Tab
from workbench.app.views.transport import Transport
from workbench.app.views.uncertainty import UncertaintyView
from workbench.app.visit import Visit, query_of_page
from workbench.app.widgets import pretty
from workbench.experiment import Experiment
from workbench.jobs import Status
from workbench.kernels.warming import warm_up

BEAT = 1 / 15  # seconds between two looks at the run, at the least
SHARE = 0.03  # of the time may go into drawing
SLOWEST = 0.5  # seconds between two pictures, at the most
SPECTRUM, INFORMATION, UNCERTAINTY, NETWORK = 2, 3, 4, 5  # their places among the tabs
PREVIEW = 0.25  # seconds between two pictures while the browser is busy building the page
# Beside the tabs where there is room, else in a row above them.
_BAR = """
:host { position: absolute; right: 8px; z-index: 2; }
@media (max-width: 1340px) { :host { position: static; } }
"""
_TEMPLATE = (Path(__file__).parent / "page.html").read_text(encoding="utf-8")
# Panel would ask a foreign host for its style sheets where a page is not built by a plain request for it.
LOCAL = {"dist_url": "static/extensions/panel/", "kept": KEPT}


class Workbench:
    """One page of one session: views, and the beat that pulls frames for them."""

    def __init__(self, session: Session, hidden: frozenset[str] = frozenset()) -> None:
        self.session, self._hidden = session, hidden
        self.transport = Transport(session)
        self.choices = Choices(session, self._chosen, hidden)
        self.gallery, self.convergence, self.python = Gallery(), Convergence(session.prove), Python(session)
        self.compare, self.spectrum, self.network = Compare(), SpectrumView(session), LaboratoryView(session)
        self.information, self.uncertainty = InformationView(session), UncertaintyView(session, self._opened)
        self._studies: dict[int, Tab] = {
            SPECTRUM: self.spectrum,
            INFORMATION: self.information,
            UNCERTAINTY: self.uncertainty,
            NETWORK: self.network,
        }
        self.upload, self.take = Upload(session, self._opened), TakeAway(session, self._remark)
        # The title is plain text; the body of an alert would be read as markup.
        self.alert = pmui.Alert(
            title="", severity="error", visible=False, margin=(2, 8), sizing_mode="stretch_width", sx=PLAIN_TITLE
        )
        self.mend = pmui.Button(label="Repair", icon="healing", variant="outlined", size="small", visible=False)
        self.mend.on_click(lambda event: self._repair())
        self.visit = Visit(session, self._travel)
        self._echo = Echo(self.visit.document is not None)
        self._later = Later(self.visit.document)
        self.tabs = pmui.Tabs(
            ("Pictures", self.gallery.element),
            ("Compare", self._later.place(self.compare.element)),
            ("Spectrum", self.spectrum.element),
            ("Information", self.information.element),
            ("Uncertainty", self.uncertainty.element),
            ("Network", self.network.element),
            ("Python", self.python.element),
            dynamic=False,
            sizing_mode="stretch_width",
            margin=0,
        )
        self.tabs.param.watch(lambda event: self._turn(), "active")
        self._turned = self._ready = self._playing = False
        self._early: Any = None
        self._drawn, self._due, self._study_due = -1, 0.0, 0.0
        self._frame: Frame | None = None
        self._notes, self._note = session.notes, session.errors.get("address", "")
        self._draw_pictures()
        self._chosen(new=False)
        self.page = self._page()

    def open(self) -> None:
        """Play as soon as there is a reader; beat once their browser has built the page.

        Until then changes of Panel's objects are lost on the way, those of Bokeh's models are not: pictures move.
        """
        pn.state.onload(self._begin)
        document = self.visit.document
        if document is not None:
            self._early = document.add_periodic_callback(self._preview, round(1000 * PREVIEW))

    def close(self) -> None:
        """The person has gone: nothing computes for them any more."""
        for tab in self._studies.values():
            tab.close()
        self.session.close()

    def _preview(self) -> None:
        if not self._ready and self.visit.present():
            self._play_once()
            if frame := self.session.tick():
                self._frame = frame
                self.gallery.move(frame)

    def _begin(self) -> None:
        self._ready = self._turned = True
        follow_browser(self.page)
        self._play_once()
        if self.visit.document is None:
            self._later.fill_all()
        elif self._early is not None:
            self.visit.document.remove_periodic_callback(self._early)
        pn.state.add_periodic_callback(self.beat, period=round(1000 * BEAT))

    def _play_once(self) -> None:
        if not self._playing:
            self._playing = True
            self.session.play()

    def _page(self) -> pmui.Page:
        self._curves = self._later.place(self.convergence.element, sizing_mode="stretch_both", min_height=190)
        bar = pmui.Row(
            self.transport.pace,
            self.gallery.fit,
            self.take.element,
            margin=0,
            stylesheets=[_BAR],
        )
        centre = pmui.Column(
            self._later.place(bar),
            self.tabs,
            pmui.Row(self.alert, self.mend, sizing_mode="stretch_width", margin=0),
            self._curves,
            self._echo,
            self.visit.bar,
            sizing_mode="stretch_both",
            margin=(0, 0, 4, 12),
        )
        left = [self.choices.element] + [self.upload.element] * ("truth" not in self._hidden)
        left = [self._later.place(pmui.Column(*left, sizing_mode="stretch_width", margin=0))]
        page = pmui.Page(
            title="Workbench",
            header=[self.transport.element],
            main=[centre],
            sidebar=left,
            sidebar_width=300,
            busy_indicator=None,
            theme_config=THEME,
            template=_TEMPLATE,
        )
        # A page follows Panel's busy flag, which flips at every beat, and each flip walks the whole tree of models:
        # 70 ms of Python, seven times the solver's own time. Transport says what is busy here. Setting a value leaves
        # the watcher, which the state of the process would keep for good, and the page with it.
        with edit_readonly(page):
            page.busy = False
        for _, watcher in page._param__private.ref_watchers:
            pn.state.param.unwatch(watcher)
        return page

    def beat(self) -> None:
        """Grant late wishes; draw the newest frame when drawing is due."""
        self.visit.look()
        self.choices.wishes.flush()
        if not self._echo.free() and not self._obeyed():
            return
        if self._frame is not None and self._later.fill_one():
            self._echo.send()
        self._study()
        begin = time.perf_counter()
        if begin < self._due and not self._obeyed():
            return
        frame = self.session.tick() or (self._frame if self._turned else None)
        if frame is None:
            return
        self._turned = False
        with pn.io.hold():
            self._draw(frame)
            self._echo.send()
        end = time.perf_counter()
        self._due = end + min((end - begin) / SHARE, SLOWEST)

    def _study(self) -> None:
        """Draw the study whose tab is in sight, in the share of time that drawing may take."""
        begin, tab = time.perf_counter(), self._studies.get(self.tabs.active)
        if tab is not None and self._frame is not None and begin >= self._study_due:
            with pn.io.hold():
                if tab.beat(self._frame):
                    self._echo.send()
            end = time.perf_counter()
            self._study_due = end + min((end - begin) / SHARE, SLOWEST)

    def _obeyed(self) -> bool:
        """Whether the run is in another state than the one drawn: a click is answered at once."""
        return self._frame is not None and self.session.job.latest.status is not self._frame.status

    def _draw(self, frame: Frame) -> None:
        """Send what changed, and of the tabs only the one that is seen."""
        self._frame = frame
        self._draw_pictures()
        self.transport.show_frame(frame)
        if self.tabs.active == 0:
            self.gallery.show_frame(frame)
        elif self.tabs.active == 1:
            self.compare.show_frame(frame)
        self.convergence.show_frame(frame)
        self._say()
        self.choices.found(frame)

    def _draw_pictures(self) -> None:
        pictures = self.session.pictures()
        if pictures.version != self._drawn:
            self._drawn = pictures.version
            self.gallery.show_pictures(pictures)
            self.compare.show_pictures(pictures)

    def _turn(self) -> None:
        """Another tab: the next beat draws it, when the browser knows what is in it. What is out of sight waits."""
        for place, tab in self._studies.items():
            tab.show(place == self.tabs.active)
        self._turned, self._due = True, time.perf_counter() + 2 * BEAT
        self._curves.visible = self.tabs.active not in (
            INFORMATION,
            UNCERTAINTY,
            NETWORK,
        )  # which have curves of their own

    def _say(self) -> None:
        """Why a run stopped stays until it goes on; a note stays until the next wish."""
        message = self._frame.message if self._frame else ""
        bad = self._frame is not None and self._frame.status in (Status.DIVERGED, Status.FAILED)
        sentence = message or self._note
        severity = "error" if bad else "info" if message else "warning"
        if (sentence, severity) != (self.alert.title, self.alert.severity):
            self.alert.param.update(title=sentence, severity=severity, visible=bool(sentence))
        repair = self._frame.repair if self._frame and message else {}
        if self.mend.visible != bool(repair):
            words = ", ".join(f"{p.rpartition('.')[2]} {'automatic' if v is None else v}" for p, v in repair.items())
            self.mend.param.update(label=f"Repair: {pretty(words)}", visible=bool(repair))

    def _repair(self) -> None:
        self.session.repair(self._frame.repair if self._frame else {})
        self._opened()

    def _remark(self, sentence: str) -> None:
        self._note = sentence
        self._say()

    def _opened(self) -> None:
        """The experiment has become another one elsewhere than among the choices."""
        self.choices.refresh()
        self._chosen()

    def _travel(self, query: str) -> None:
        """A person goes back, or forward: the page follows the address."""
        self.session.travel(query)
        self._opened()
        self._remark(self.session.errors.get("address", ""))

    def _chosen(self, new: bool = True) -> None:
        """The experiment is another one: so are its address, its Python and what there is to say."""
        if new:
            notes, self._notes = self._notes, self.session.notes
            self._note = " ".join(self._notes) if self._notes != notes else ""
        self._say()
        self.python.refresh()
        self.visit.remember(self._hidden)


def create_app(experiment: Any = None, port: int = 0) -> pmui.Page | Framed:
    """The page of one person: what is served, or the last line of a notebook cell.

    `experiment` may be an Experiment, or a run of one: a Dataset or its file. In a notebook the page is served on
    `port` of the kernel's machine, a free one where it is 0.
    """
    wanted = None if experiment is None else as_experiment(experiment)
    if not in_notebook():
        return page(wanted)
    # A server has done this before it opened; here it is done while the frame is on its way.
    Thread(target=warm_up, args=((wanted or Experiment()).device,), daemon=True).start()
    return Framed(lambda: page(wanted), port)


def page(experiment: Experiment | None = None) -> pmui.Page:
    """The page of one person, its experiment running from the moment it is seen. An address describes another one."""
    query = query_of_page()
    if pn.state.curdoc is not None:
        pn.state.curdoc.template_variables.update(LOCAL)
    session = Session.from_address(query) if query and experiment is None else Session(experiment)
    hide = parse_qs(query.removeprefix("?")).get("hide", [""])[0]
    app = Workbench(session, frozenset(filter(None, hide.split(","))))
    pn.state.on_session_destroyed(lambda context: app.close())
    app.open()
    return app.page
