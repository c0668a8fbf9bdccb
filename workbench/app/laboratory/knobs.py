"""The training's parts as menus and its numbers as controls, read from their signatures."""

from typing import Any

import panel_material_ui as pmui

from workbench.app.laboratory.laboratory import Laboratory
from workbench.app.toolkit.widgets import Control, control
from workbench.parameters import Checked, Parameter, parameters

_SELECT: dict[str, Any] = {"size": "small", "margin": (7, 0, 2, 0), "sx": {"& .MuiInputBase-input": {"py": "6px"}}}


class Knobs:
    """`refresh` after every wish: another member has other controls."""

    def __init__(self, laboratory: Laboratory) -> None:
        self.laboratory = laboratory
        self.element = pmui.Column(width=205, margin=0)
        self._shape: tuple = ()
        self._menus: dict[str, pmui.Select] = {}
        self._controls: dict[str, Control] = {}
        self._following = False

    def refresh(self) -> None:
        """Follow the training: members, controls and their values."""
        parts = _walk("", self.laboratory.training)
        shape = tuple((path, type(part)) for path, part in parts)
        if shape != self._shape:
            self._shape = shape
            self._build(parts)
        self._following = True
        for path, menu in self._menus.items():
            now = type(at(self.laboratory.training, path))
            name = next(n for n, cls in self.laboratory.kinds[path].items() if cls is now)
            if menu.value != name:
                menu.value = name
        self._following = False
        for path, each in self._controls.items():
            each.show(at(self.laboratory.training, path))

    def _build(self, parts: list[tuple[str, Any]]) -> None:
        self._menus, self._controls, shown = {}, {}, []
        for path, part in parts:
            if path in self.laboratory.kinds:
                self._menus[path] = self._menu(path)
                shown.append(self._menus[path])
            for own, parameter in _own(path, part):
                self._controls[own] = control(own, parameter, self.laboratory.ask)
                shown.append(self._controls[own].element)
        self.element[:] = shown

    def _menu(self, path: str) -> pmui.Select:
        label, names = path.rpartition(".")[2], list(self.laboratory.kinds[path])
        menu = pmui.Select(label=label, options=names, sizing_mode="stretch_width", **_SELECT)
        menu.param.watch(lambda event: self._choose(path, event.new), "value")
        return menu

    def _choose(self, path: str, name: str) -> None:
        if not self._following and name is not None:
            self.laboratory.choose(path, name)


def _walk(path: str, part: Any) -> list[tuple[str, Any]]:
    """A part and the parts within it, each with its path: the numbers of the training come first."""
    found = [(path, part)]
    for parameter in parameters(type(part)):
        value = getattr(part, parameter.name)
        if _is_part(value):
            found += _walk(f"{path}.{parameter.name}".lstrip("."), value)
    return found


def _own(path: str, part: Any) -> list[tuple[str, Parameter]]:
    """The parameters of a part that are no parts themselves, each with its path."""
    return [(f"{path}.{p.name}".lstrip("."), p) for p in parameters(type(part)) if not _is_part(getattr(part, p.name))]


def numbers(path: str, part: Any) -> list[tuple[str, Parameter]]:
    """The parameters of a part and of the parts within it, each with its path."""
    return [pair for where, each in _walk(path, part) for pair in _own(where, each)]


def at(part: Any, path: str) -> Any:
    """The value at a path: "optimiser.step_size"."""
    for name in path.split("."):
        part = getattr(part, name)
    return part


def _is_part(value: Any) -> bool:
    return isinstance(type(value), Checked)
