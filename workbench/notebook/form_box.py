"""Controls of an object and of the objects in it, made from their signatures, in a box."""

from collections.abc import Callable, Mapping

import ipywidgets as widgets

from workbench.notebook.cell_controls import Ask, CellControl, CellMembers, cell_control
from workbench.paths import Entry, Form

Why = Callable[[str], Mapping[str, str]]
_STEP = 10  # px that the controls of an object stand further in than its menu


class FormBox(widgets.VBox):
    """A control for each entry of a form, at some paths and below, an object's own below its menu and further in.

    What a person enters goes to `ask(path, value)`. `why` says of the members at a path why they cannot be chosen.
    """

    def __init__(self, form: Form, ask: Ask, paths: tuple[str, ...], why: Why) -> None:
        super().__init__()
        self.controls: dict[str, CellControl] = {}
        self._to, self._at, self._why = ask, paths, why
        self._made: list[tuple] = []
        self._there: dict[tuple, CellControl] = {}
        self.refresh(form, {})

    def refresh(self, form: Form, errors: Mapping[str, str]) -> None:
        """Follow the form; of what is wrong at a path its control says the sentence."""
        entries = list(form.entries(*self._at))
        made = [(entry.path, entry.owner, entry.inside) for entry in entries]
        others = made != self._made
        if others:
            self._made = made
            self._build(form, entries)
        for entry in entries:
            each = self.controls.get(entry.path)
            if isinstance(each, CellMembers):
                each.offer(form.members(entry.path), self._why(entry.path))
            if each is not None:
                each.show(entry.value, errors.get(entry.path, ""))
        if others:
            # Last: a control that is in the cell before its value would take what is typed into it for the older.
            self.children = tuple(each.element for each in self.controls.values())

    def _build(self, form: Form, entries: list[Entry]) -> None:
        """Controls for these entries; those that were there stay. An object without a choice needs none."""
        menus = {entry.path for entry in entries if form.members(entry.path)}
        shown = [entry for entry in entries if entry.path in menus or not entry.inside]
        top = min((entry.path.count(".") for entry in shown), default=0)
        before, self._there = self._there, {}
        for entry in shown:
            key = entry.path, entry.owner, entry.path in menus
            self._there[key] = before.get(key) or self._control(entry, key[2], entry.path.count(".") - top)
        self.controls = {key[0]: each for key, each in self._there.items()}

    def _control(self, entry: Entry, menu: bool, depth: int) -> CellControl:
        make = CellMembers if menu else cell_control
        made = make(entry.path, entry.parameter, self._to)
        made.element.layout.margin = f"0 0 0 {_STEP * depth}px"
        return made
