"""Below the pictures, where a person has turned the picture of the run into that of an interval: how it is found."""

from collections.abc import Callable

import panel_material_ui as pmui

from workbench.app.toolkit.built_row import BuiltRow
from workbench.app.toolkit.form_panel import FormPanel
from workbench.app.toolkit.panels import GREY, SPREAD, Panel
from workbench.app.toolkit.words import Words
from workbench.app.toolkit.work_buttons import WorkButtons, starting
from workbench.figures.colours import ERROR
from workbench.live.session import Session
from workbench.live.studies.intervals import LOOKS, OFF, WIDTH, IntervalStudy

_HEIGHT = 264  # px, as the row of a pixel
_FORM = {"flex": "none", "overflow-y": "auto", "overflow-x": "hidden"}
_NAMELESS = "label { opacity: 0; }"  # what it is called stands in its place
_TITLE = {
    "& .MuiInputBase-input": {"fontSize": "clamp(11.5px, 1vw, 13px)", "py": "0", "pl": "0", "fontWeight": 700},
    "& .MuiInputBase-root": {"height": "18px"},
    "& fieldset, & legend": {"display": "none"},
}


class IntervalRow(BuiltRow):
    """`switch` is the title of the picture; `place` is empty while it is off. `turned` hears of another position."""

    def __init__(self, session: Session, turned: Callable[[], None]) -> None:
        super().__init__()
        self.studies, self._turned = session.companion(IntervalStudy), turned
        self.switch = pmui.Select(
            label="picture", options=[OFF, *LOOKS], value=OFF, size="small", sx=_TITLE, margin=0, width=128, height=18,
            stylesheets=[_NAMELESS],
        )  # fmt: skip
        self.switch.param.watch(lambda event: self._turn(event.new), "value")

    def name(self, panel: Panel) -> None:
        """Be the title of the panel of the run."""
        panel.title = ""
        panel.element[0] = pmui.Row(self.switch, panel.caption, sizing_mode="stretch_width", margin=0, height=20)

    @property
    def open(self) -> bool:
        """Whether an interval is asked for."""
        return self.studies.look != OFF

    def tick(self) -> bool:
        """Whether there is something to draw."""
        return self.studies.tick()

    def draw(self) -> None:
        """The controls, and what there is to say; nothing where the switch is off."""
        if not self._laid_out():
            return
        studies, found = self.studies, self.studies.found
        self.panel.refresh(studies.form)
        self.buttons.show(studies.work.status, not studies.unmet)
        self.said.say(studies.sentence())
        self.warning.say(studies.trouble() or (found.warning if found else ""))

    def put_into(self, panel: Panel, whole: bool) -> bool:
        """Draw what the switch asks for into the panel of the run; whether there was anything."""
        drawn = self.studies.drawn()
        look = self.studies.look if drawn is not None else ""
        panel.recolour(SPREAD if look == WIDTH else GREY)
        if drawn is None:
            return False
        panel.show(*drawn, whole)
        panel.describe(f"mean {drawn[0].mean():.3g}")
        return True

    def _built(self) -> pmui.Row:
        work, studies = self.studies.work, self.studies
        self.said, self.warning = Words(), Words(ERROR)
        self.panel = FormPanel(
            studies.form, studies.ask, (), studies.reasons, width=290, height=_HEIGHT, sizing_mode="fixed", styles=_FORM
        )
        self.buttons = WorkButtons("intervals", starting("Find intervals", "straighten", work.start), work)
        words = pmui.Column(
            pmui.FlexBox(*self.buttons.all, margin=0), self.said.element, self.warning.element,
            sizing_mode="stretch_width", margin=(0, 8),
        )  # fmt: skip
        return pmui.Row(self.panel.element, words, sizing_mode="stretch_width", height=_HEIGHT, margin=0)

    def _turn(self, look: str) -> None:
        self.studies.look = look
        self._turned()
