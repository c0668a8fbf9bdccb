"""A claim of a lesson: a small statement about numbers that the learner's own plot shows."""

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar

from workbench.lessons.readouts import LastOfCurve, Readout
from workbench.parameters import Checked, Range
from workbench.refusal import Refusal

if TYPE_CHECKING:
    from workbench.lessons.demonstration import Demonstration

AnyReadout = Annotated[Readout, "number that is read"]
Other = Annotated[int, Range(1, 8, limits=(1, 99)), "the other step, counted from 1"]


@dataclass(frozen=True)
class StatementVerdict:
    """Whether a claim holds, and the numbers that say so, as a sentence."""

    holds: bool
    sentence: str


class Statement(ABC, metaclass=Checked):
    """What must hold in a step, said in numbers. Subclasses are frozen dataclasses.

    `needed` are arguments that a lesson has to say, as those of a readout.
    """

    needed: ClassVar[tuple[str, ...]] = ()

    @abstractmethod
    def judge(self, shown: "Demonstration", steps: "Mapping[int, Demonstration]") -> StatementVerdict:
        """Whether it holds in what a step shows; `steps` are all steps of the lesson, from 1."""

    @property
    def other_step(self) -> int | None:
        """The step that it compares with, where it does."""
        return None


def other(steps: "Mapping[int, Demonstration]", number: int) -> "Demonstration":
    """What another step shows; Refusal where there is no such step, or it has not been run."""
    if number not in steps:
        came = f"steps {', '.join(map(str, sorted(steps)))}"
        raise Refusal(f"a step {number} to compare with", came, "run it first, or name another step")
    return steps[number]


DEFAULT = LastOfCurve()


def plain(value: float) -> str:
    """A number as a sentence has it."""
    return f"{value:.5g}"


def valued(readout: Readout, value: float) -> str:
    """A number with its name, or why there is none: "the iterations until psnr is 20: never reached"."""
    return f"{readout}: {readout.missing}" if math.isnan(value) else f"{readout} is {plain(value)}"
