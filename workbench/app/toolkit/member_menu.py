"""A menu of the objects that an argument takes."""

from collections.abc import Mapping
from typing import Any

import panel as pn
import panel_material_ui as pmui

from workbench.app.toolkit.widgets import PageControl
from workbench.live.controls import Ask, Offering
from workbench.live.controls.entering import labelled, summary
from workbench.parameters import Parameter
from workbench.paths import Menu

_SELECT: dict[str, Any] = {
    "size": "small",
    "margin": (7, 0, 2, 0),
    "sizing_mode": "stretch_width",
    "sx": {"& .MuiInputBase-input": {"py": "6px"}},
}


class MemberMenu(PageControl, Offering):
    """One of the members of a menu, by name; those that cannot stand there are greyed, and say why."""

    def __init__(self, path: str, parameter: Parameter, ask: Ask, label: str = "") -> None:
        self._members: Menu = {}
        self._reasons: Mapping[str, str] = {}
        super().__init__(path, parameter, ask, label)

    def offer(self, members: Menu, reasons: Mapping[str, str]) -> None:
        """What can be chosen, in the order of the reasons; one with a reason cannot, unless it is there already."""
        if members == self._members and list(reasons.items()) == list(self._reasons.items()):
            return
        self._members, self._reasons = members, reasons
        order = [*(name for name in reasons if name in members), *(name for name in members if name not in reasons)]
        options = {labelled(name, reasons.get(name, "")): name for name in order}
        with self._quiet:
            self.select.disabled_options = []  # the old ones may be no options any more
            kept = self.select.value if self.select.value in members else None
            self.select.param.update(options=options, value=kept)

    def _widgets(self) -> tuple[pn.viewable.Viewable, ...]:
        self.select = pmui.Select(label=self.label, options=[], **_SELECT)
        self._hear(self.select, self._wish)
        self._line = pmui.Row(self.select, sizing_mode="stretch_width", margin=0)
        return (self._line,)

    def put_beside(self, button: pn.viewable.Viewable) -> None:
        """Let something stand at the end of the menu's line."""
        self._line.append(button)

    def _wish(self, value: Any) -> None:
        if value is not None:
            super()._wish(value)

    def _follow(self, value: Any) -> None:
        cls = None if value is None else type(value)
        name = next(name for name, each in self._members.items() if each is cls)
        words = self.parameter.meaning if cls is None else summary(cls)
        greyed = [other for other in self._members if self._reasons.get(other) and other != name]
        if (self.select.value, self.select.description) != (name, words) or self.select.disabled_options != greyed:
            self.select.disabled_options = []
            self.select.param.update(value=name, description=words)
            self.select.disabled_options = greyed
