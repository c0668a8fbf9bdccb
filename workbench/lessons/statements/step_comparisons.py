"""Statements that compare a number of one step with the same number of another."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar

from workbench.lessons.statements.base import (
    DEFAULT,
    AnyReadout,
    Other,
    Statement,
    StatementVerdict,
    other,
    plain,
    valued,
)

if TYPE_CHECKING:
    from workbench.lessons.demonstration import Demonstration


class StepComparison(Statement):
    """A number here, and the same number in another step."""

    needed = ("readout", "step")
    readout: AnyReadout
    step: Other

    @property
    def other_step(self) -> int:
        return self.step

    def both(self, shown: "Demonstration", steps: "Mapping[int, Demonstration]") -> tuple[float, float, str]:
        """The number here and there, and how a sentence begins."""
        here, there = self.readout.read(shown), self.readout.read(other(steps, self.step))
        elsewhere = self.readout.missing if math.isnan(there) else plain(there)
        return here, there, f"{valued(self.readout, here)}, in step {self.step} {elsewhere}"


@dataclass(frozen=True)
class DistanceFromStep(StepComparison):
    """A number is beyond that of another step, by at least so much."""

    readout: AnyReadout = DEFAULT
    step: Other = 1
    by: Annotated[float, "by how much at least"] = 0.0

    sign: ClassVar[int]  # of the difference that is wanted
    word: ClassVar[str]

    def judge(self, shown: "Demonstration", steps: "Mapping[int, Demonstration]") -> StatementVerdict:
        here, there, said = self.both(shown, steps)
        beyond = self.sign * (here - there)
        return StatementVerdict(beyond > 0 and beyond >= self.by, f"{said}: {self.word} by at least {plain(self.by)}")


class LargerThanInStep(DistanceFromStep):
    """A number is larger than in another step, by at least so much."""

    sign, word = 1, "larger"


class SmallerThanInStep(DistanceFromStep):
    """A number is smaller than in another step, by at least so much."""

    sign, word = -1, "smaller"


@dataclass(frozen=True)
class MultipleOfStep(StepComparison):
    """A number is at least so many times that of another step."""

    needed = ("readout", "step", "factor")
    readout: AnyReadout = DEFAULT
    step: Other = 1
    factor: Annotated[float, "how many times at least"] = 2.0

    def judge(self, shown: "Demonstration", steps: "Mapping[int, Demonstration]") -> StatementVerdict:
        here, there, said = self.both(shown, steps)
        return StatementVerdict(here >= self.factor * there, f"{said}: at least {plain(self.factor)} times as much")


@dataclass(frozen=True)
class SameAsInStep(StepComparison):
    """A number is that of another step, give or take."""

    readout: AnyReadout = DEFAULT
    step: Other = 1
    within: Annotated[float, "how far it may be off"] = 0.0

    def judge(self, shown: "Demonstration", steps: "Mapping[int, Demonstration]") -> StatementVerdict:
        here, there, said = self.both(shown, steps)
        return StatementVerdict(
            abs(here - there) <= self.within, f"{said}: the same, give or take {plain(self.within)}"
        )
