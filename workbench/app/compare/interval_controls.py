"""What the runs of a comparison show in place of their pictures, and by which method their intervals are found."""

from collections.abc import Callable

import panel_material_ui as pmui

from workbench.app.toolkit.built_row import BuiltRow
from workbench.app.toolkit.form_panel import FormPanel
from workbench.app.toolkit.tab import SMALL
from workbench.app.toolkit.words import Words
from workbench.app.toolkit.work_buttons import starting
from workbench.figures.colours import ERROR
from workbench.live.pins.turned import TurnedRuns
from workbench.live.studies.intervals import LOOKS, OFF


class IntervalControls(BuiltRow):
    """`switch` stands above the pictures; `place`, empty while it is off, beside them. `changed` hears of both."""

    def __init__(self, turned: TurnedRuns, changed: Callable[[], None]) -> None:
        super().__init__()
        self._turned, self._changed = turned, changed
        self.switch = pmui.Select(label="picture", options=[OFF, *LOOKS], value=turned.look, width=175, **SMALL)
        self.switch.param.watch(lambda event: self._turn(event.new), "value")

    @property
    def open(self) -> bool:
        return not self._turned.off

    def draw(self) -> None:
        """The controls, and what there is to say; nothing where the switch is off."""
        if not self._laid_out():
            return
        own, pinned = self._turned.own, self._turned.pinned
        self.panel.refresh(own.form)
        idle = own.work.idle and pinned.work.idle
        self.cancel.disabled = idle
        self.find.disabled = not idle
        self.said.say(own.sentence())
        self.warning.say(own.trouble() or pinned.trouble() or (own.found.warning if own.found else ""))

    def _built(self) -> pmui.Row:
        own = self._turned.own
        self.said, self.warning = Words(), Words(ERROR)
        self.panel = FormPanel(own.form, own.ask, (), own.reasons, sizing_mode="stretch_width")
        self.find = starting("Find intervals", "straighten", self._turned.start)
        self.cancel = pmui.Button(label="Cancel intervals", icon="stop", variant="text", size="small", margin=(8, 0))
        self.cancel.on_click(lambda event: self._turned.cancel())
        buttons = pmui.FlexBox(self.find, self.cancel, margin=0)
        parts = buttons, self.said.element, self.warning.element, self.panel.element
        return pmui.Row(
            pmui.Column(*parts, sizing_mode="stretch_width", margin=0), sizing_mode="stretch_width", margin=0
        )

    def _turn(self, look: str) -> None:
        self._turned.look = look
        self._changed()
