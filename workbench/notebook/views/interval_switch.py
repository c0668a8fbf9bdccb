"""What the picture of a run shows in a cell: the reconstruction, or the width or an end of every pixel's interval."""

import html
from collections.abc import Callable, Hashable
from typing import TYPE_CHECKING, Any

import ipywidgets as widgets

from workbench.figures.colours import ERROR
from workbench.live.images import Array, Limits
from workbench.live.studies.intervals import LOOKS, OFF, WIDTH, IntervalStudy
from workbench.notebook.form_box import FormBox
from workbench.notebook.panels import Panel, signal_panel
from workbench.notebook.shot import IMAGE, Shot

if TYPE_CHECKING:
    from workbench.notebook.shared_run import SharedRun

_SMALL = {"description_width": "50px"}


class IntervalSwitch(widgets.VBox):
    """`look` is the menu; the method, a button and words come with the first interval that a person asks for.

    Intervals are found once for all views of a run, with its settings of now.
    """

    def __init__(self, shared: "SharedRun") -> None:
        self._shared, self.studies = shared, shared.session.companion(IntervalStudy)
        self.look = widgets.Dropdown(
            options=[OFF, *LOOKS], value=OFF, description="picture", style=_SMALL, layout={"width": "215px"}
        )
        self.look.observe(lambda change: self._turn(), "value")
        self.controls: CellIntervals | None = None
        self._seen: Hashable = None
        super().__init__([self.look])

    @property
    def shows(self) -> str:
        """What the menu asks for."""
        return str(self.look.value)

    def set(self, path: str, value: Any) -> None:
        """The `method` of the intervals, a Quantifier, or a parameter of it such as "method.held_out"."""
        self._shared.wish(lambda: self.studies.set(path, value))

    def begin(self) -> None:
        """Find them, for the run as it is set now."""
        self._shared.wish(self.studies.work.start)

    @property
    def idle(self) -> bool:
        """Whether none are being found."""
        return self.studies.work.idle

    def beat(self) -> bool:
        """Take in what is new; whether there is something to draw."""
        if self.controls is None:
            return False
        self.studies.tick()
        seen = self.shows, self.studies.work.mark, self.studies.complaint
        fresh, self._seen = seen != self._seen, seen
        if fresh:
            self.controls.say(self.studies)
        return fresh

    def drawn(self) -> tuple[Array, Limits] | None:
        """What the menu asks for, with its limits; None where that is the reconstruction, or not there yet."""
        return self.studies.drawn(self.shows)

    def panels(self, shot: Shot) -> list[Panel]:
        """The picture of the run, as the menu says."""
        found = self.drawn()
        if found is None:
            return shot.image
        colours, caption = "viridis" if self.shows == WIDTH else "gray", f"mean {float(found[0].mean()):.3g}"
        return [signal_panel(IMAGE, self.shows, *found, colours=colours, caption=caption)]

    def _turn(self) -> None:
        """The controls come with the first interval, and are out of sight while the menu says the reconstruction."""
        if self.controls is None:
            form = FormBox(self.studies.form, self._ask, (), self.studies.reasons)
            self.controls = CellIntervals(form, self.begin, lambda: self._shared.wish(self.studies.cancel))
            self.children = [self.look, self.controls]
        self.controls.layout.display = "none" if self.shows == OFF else ""

    def _ask(self, path: str, value: Any) -> None:
        self._shared.wish(lambda: self.studies.ask(path, value))


class CellIntervals(widgets.VBox):
    """The method of the intervals, a button, and what there is to say of them."""

    def __init__(self, form: FormBox, begin: Callable[[], None], cancel: Callable[[], None]) -> None:
        self.form, self.words, self.warning = form, widgets.HTML(), widgets.HTML()
        self.start, self.end = widgets.Button(description="Find intervals"), widgets.Button(description="Cancel")
        self.start.on_click(lambda pressed: begin())
        self.end.on_click(lambda pressed: cancel())
        super().__init__([widgets.HBox([self.start, self.end]), self.words, self.warning, form.element])

    def say(self, studies: IntervalStudy) -> None:
        """Follow what is found."""
        self.form.refresh(studies.form)
        idle, found = studies.work.idle, studies.found
        self.start.disabled, self.end.disabled = bool(studies.unmet) or not idle, idle
        self.words.value = html.escape(studies.sentence())
        warned = html.escape(studies.trouble() or (found.warning if found else ""))
        self.warning.value = f'<span style="color: {ERROR}">{warned}</span>' if warned else ""
