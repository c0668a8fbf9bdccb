"""Statements that hold a number of one step against a level."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from workbench.lessons.readouts import Readout
from workbench.lessons.statements.base import DEFAULT, AnyReadout, Statement, StatementVerdict, plain, valued

if TYPE_CHECKING:
    from workbench.lessons.demonstration import Demonstration

Level = Annotated[float, "level"]


@dataclass(frozen=True)
class AtLeastLevel(Statement):
    """A number is at least a level."""

    needed = ("readout", "level")
    readout: AnyReadout = DEFAULT
    level: Level = 0.0

    def judge(self, shown: "Demonstration", steps: "Mapping[int, Demonstration]") -> StatementVerdict:
        value = self.readout.read(shown)
        return StatementVerdict(value >= self.level, f"{valued(self.readout, value)}, at least {plain(self.level)}")


@dataclass(frozen=True)
class AtMostLevel(Statement):
    """A number is at most a level."""

    needed = ("readout", "level")
    readout: AnyReadout = DEFAULT
    level: Level = 100.0

    def judge(self, shown: "Demonstration", steps: "Mapping[int, Demonstration]") -> StatementVerdict:
        value = self.readout.read(shown)
        return StatementVerdict(value <= self.level, f"{valued(self.readout, value)}, at most {plain(self.level)}")


@dataclass(frozen=True)
class NearLevel(Statement):
    """A number is a level, give or take."""

    needed = ("readout", "level")
    readout: AnyReadout = DEFAULT
    level: Level = 0.0
    within: Annotated[float, "how far it may be off"] = 0.0

    def judge(self, shown: "Demonstration", steps: "Mapping[int, Demonstration]") -> StatementVerdict:
        value = self.readout.read(shown)
        said = f"{valued(self.readout, value)}, {plain(self.level)} give or take {plain(self.within)}"
        return StatementVerdict(abs(value - self.level) <= self.within, said)


@dataclass(frozen=True)
class LevelsApart(Statement):
    """Of two numbers of the same step the first is larger than the second, by at least so much."""

    needed = ("readout", "second")
    readout: AnyReadout = DEFAULT
    second: Annotated[Readout, "the smaller number"] = DEFAULT
    by: Annotated[float, "by how much at least"] = 0.0

    def judge(self, shown: "Demonstration", steps: "Mapping[int, Demonstration]") -> StatementVerdict:
        one, two = self.readout.read(shown), self.second.read(shown)
        said = f"{valued(self.readout, one)}, {valued(self.second, two)}: at least {plain(self.by)} above it"
        return StatementVerdict(one >= two + self.by, said)
