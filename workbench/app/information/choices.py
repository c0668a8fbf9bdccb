"""A choice of a member and its parameters, or parameters alone, as controls."""

from typing import Any

import panel as pn
import panel_material_ui as pmui

from workbench.app.information.planes import MENUS, NONE, Planes
from workbench.app.toolkit.widgets import Control, control
from workbench.parameters import Parameter, parameters

WIDTH = 205
_SELECT: dict[str, Any] = {
    "size": "small",
    "margin": (8, 0, 2, 0),
    "sx": {"& .MuiInputBase-input": {"py": "4px", "fontSize": "13px"}},
}


class Knobs:
    """The numbers, switches and words of one of the choices; objects in it are chosen elsewhere."""

    def __init__(self, planes: Planes, kind: str) -> None:
        self._planes, self._kind = planes, kind
        self._made: type | None = None
        self._controls: dict[str, Control] = {}
        self.knobs = pmui.Column(width=WIDTH, margin=0)
        self.element: pn.viewable.Viewable = self.knobs
        self.refresh()

    def refresh(self) -> None:
        """Follow what is chosen."""
        part = self._planes.parts[self._kind]
        cls = None if part is None else type(part)
        if cls is not self._made:
            self._made = cls
            owned = [] if cls is None else [p for p in parameters(cls) if _plain(p)]
            self._controls = {p.name: control(f"{self._kind}.{p.name}", p, self._planes.ask) for p in owned}
            self.knobs[:] = [each.element for each in self._controls.values()]
        for name, each in self._controls.items():
            each.show(getattr(part, name))


class Choice(Knobs):
    """A menu of members before them."""

    def __init__(self, planes: Planes, kind: str, label: str) -> None:
        self._planes, self._kind = planes, kind
        self.menu = pmui.Select(label=label, options=list(MENUS[kind]), value=self._name, width=WIDTH, **_SELECT)
        self.menu.param.watch(lambda event: self._choose(event.new), "value")
        super().__init__(planes, kind)
        self.element = pmui.Column(self.menu, self.knobs, width=WIDTH, margin=0)

    @property
    def _name(self) -> str:
        part = self._planes.parts[self._kind]
        return NONE if part is None else type(part).__name__

    def _choose(self, name: str) -> None:
        if name != self._name:
            self._planes.choose(self._kind, name)
            self.refresh()

    def refresh(self) -> None:
        super().refresh()
        if self.menu.value != self._name:
            self.menu.value = self._name


def _plain(parameter: Parameter) -> bool:
    return parameter.range is not None or bool(parameter.choices) or bool in parameter.kinds
