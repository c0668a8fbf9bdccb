"""What a control of one parameter does, whatever it is made of: the page's and the notebook's are of this kind."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from workbench.live.controls.entering import pretty
from workbench.live.controls.quiet import Quiet
from workbench.live.controls.scale import SliderScale
from workbench.parameters import Parameter
from workbench.paths import Menu

Ask = Callable[[str, Any], None]


class Control(ABC):
    """One parameter: `element` to lay out, `show(value, sentence)` to follow the session, wishes through `ask`."""

    element: Any

    def __init__(self, path: str, parameter: Parameter, ask: Ask, label: str = "") -> None:
        self.path, self.parameter, self._ask = path, parameter, ask
        self._quiet = Quiet()  # while a value is followed
        self.label = label or pretty(parameter.name) + (f", {parameter.unit}" if parameter.unit else "")

    def show(self, value: Any, sentence: str = "") -> None:
        """The value that holds; while a sentence says what is wrong, what the person entered stays."""
        self._complain(sentence)
        if not sentence:
            with self._quiet:
                self._follow(value)

    def _wish(self, value: Any) -> None:
        if not self._quiet.on:
            self._ask(self.path, value)

    @abstractmethod
    def _complain(self, sentence: str) -> None:
        """Say what is wrong; nothing where it is empty."""

    @abstractmethod
    def _follow(self, value: Any) -> None:
        """Put the widgets where the value is."""


class Sliding(Control):
    """A number: its slider has this scale."""

    @property
    def scale(self) -> SliderScale:
        bounds = self.parameter.range
        assert bounds is not None
        return SliderScale(bounds, whole=float not in self.parameter.kinds)

    @property
    def middle(self) -> float:
        """The value in the middle of the slider."""
        scale = self.scale
        return scale.value((scale.start + scale.end) / 2)


class Offering(Control):
    """One of the members of a menu, by name."""

    @abstractmethod
    def offer(self, members: Menu, reasons: Mapping[str, str]) -> None:
        """What can be chosen, and of each member why it cannot be."""


C = TypeVar("C", bound=Control)


@dataclass(frozen=True)
class Controls(Generic[C]):
    """The classes of controls of one toolkit; the signature of a parameter says which of them suits."""

    words: type[C]
    switch: type[C]
    number: type[C]
    automatic: type[C]
    field: type[C]
    members: type[C]

    def suited(self, parameter: Parameter) -> type[C]:
        """The one for a parameter whose value is no object of its own."""
        if parameter.choices:
            return self.words
        if bool in parameter.kinds:
            return self.switch
        if parameter.range is not None and {int, float} & set(parameter.kinds):
            return self.automatic if parameter.optional else self.number
        return self.field
