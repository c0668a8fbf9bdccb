"""A step that data go through before the run."""

from abc import abstractmethod
from dataclasses import dataclass

from torch import Tensor

from workbench.parameters import Checked
from workbench.refusal import Refusal
from workbench.tensors import shown


@dataclass(frozen=True)
class Stepped:
    """What a step made of the values, the sentence that says what it did, and the units that they now have."""

    values: Tensor
    said: str
    units: str = ""


class Step(metaclass=Checked):
    """A pure function of measured data, in the axes of their file: one class, described in saved runs and addresses.

    Values come in double precision; what it makes is put back into the precision of the data.
    """

    @abstractmethod
    def apply(self, values: Tensor, units: str) -> Stepped:
        """The data after the step. Refusal where they cannot go through it."""


def require_axes(values: Tensor, least: int, step: Step) -> None:
    """Refuse data of fewer axes than a step works along."""
    if values.ndim < least or not values.numel():
        wanted = f"data of {least} axes or more for {type(step).__name__}"
        raise Refusal(wanted, shown(tuple(values.shape)) or "one number", "leave the step out, or take another array")


def require_real(values: Tensor, step: Step) -> None:
    """Refuse complex data where a step compares values."""
    if values.is_complex():
        raise Refusal(f"real data for {type(step).__name__}", "complex ones", "leave the step out")


def count(number: int, noun: str) -> str:
    """A number with its noun: 1 value, 3 values."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
