"""Controls of an object and of the objects in it, made from their signatures, whatever they are made of."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Container, Iterable, Mapping
from typing import ClassVar, Generic

from workbench.live.controls.control import Ask, C, Controls, Offering
from workbench.live.controls.entering import pretty
from workbench.parameters import Parameter
from workbench.paths import Entry, Form, Menu, Reasons

Why = Callable[[Form, str], Mapping[str, str]]


class FormControls(ABC, Generic[C]):
    """A control for each entry of a form, at some paths and below, an object's own below its menu and further in.

    What a person enters goes to `ask(path, value)`; `refresh` follows the form, and makes controls where other objects
    have come; an argument that the other object lacks has no control until it is back. `why` says of the members at a
    path why they cannot be chosen. `labels` and `hidden` are by path.
    """

    kinds: ClassVar[Controls]

    def __init__(
        self,
        form: Form,
        ask: Ask,
        paths: tuple[str, ...] = (),
        why: Why | None = None,
        labels: Mapping[str, str] | None = None,
        hidden: Container[str] = (),
    ) -> None:
        self.controls: dict[str, C] = {}
        self._ask, self._paths, self._labels, self._hidden = ask, paths, labels or {}, hidden
        self._why = why or Reasons().at
        self._made: list[tuple] = []
        self._kept: dict[tuple[str, type, bool], C] = {}
        self._menus: dict[str, Menu] = {}
        self.refresh(form)

    def refresh(self, form: Form, errors: Mapping[str, str] | None = None) -> None:
        """Follow the form; of what is wrong at a path its control says the sentence."""
        entries = [entry for entry in self._entries(form) if entry.path not in self._hidden]
        made = [(entry.path, entry.owner, entry.inside) for entry in entries]
        others = made != self._made
        if others:
            self._build(form, entries)
            self._made = made
        for entry in entries:
            each = self.controls.get(entry.path)
            if isinstance(each, Offering):
                each.offer(self._menus[entry.path], self._why(form, entry.path))
            if each is not None:
                each.show(entry.value, (errors or {}).get(entry.path, ""))
        if others:
            # Last: a control that is in sight before its value would take what is typed into it for the older.
            self._lay_out()

    def _entries(self, form: Form) -> Iterable[Entry]:
        there = form.there(*self._paths)
        return form.entries(*there) if there or not self._paths else ()

    def _build(self, form: Form, entries: list[Entry]) -> None:
        """Controls for these entries; those of arguments that were there stay, with what a person does there."""
        self._menus = {entry.path: menu for entry in entries if (menu := form.members(entry.path))}
        # An object without a choice needs no control: its own entries follow.
        shown = [entry for entry in entries if entry.path in self._menus or not entry.inside]
        top = min((entry.path.count(".") for entry in shown), default=0)
        there, self._kept = self._kept, {}
        for entry in shown:
            key = entry.path, entry.owner, entry.path in self._menus
            self._kept[key] = there.get(key) or self._control(entry, entry.path.count(".") - top)
        self.controls = {path: each for (path, _, _), each in self._kept.items()}

    def _control(self, entry: Entry, depth: int) -> C:
        path, parameter = entry.path, entry.parameter
        suited = self.kinds.members if path in self._menus else self.kinds.suited(parameter)
        made = suited(path, parameter, self._ask, self._labels.get(path) or _in_list(path, parameter))
        self._indent(made, depth)
        return made

    @abstractmethod
    def _indent(self, control: C, depth: int) -> None:
        """Let the control of an object in an object stand further in."""

    @abstractmethod
    def _lay_out(self) -> None:
        """Put the controls that there are in sight, in their order."""


def _in_list(path: str, parameter: Parameter) -> str:
    """The label of an argument of one object in a list, with its place: "2: incident"; "" elsewhere, for the usual."""
    place = path.rpartition(".")[0].rpartition(".")[2]
    return f"{place}: {pretty(parameter.name)}" if place.isdecimal() else ""
