"""Statements about the course of a run: where a curve turns, whether it only falls, whether the run diverges."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import numpy as np

from workbench.lessons.readouts.curves import Curve
from workbench.lessons.statements.base import Statement, StatementVerdict, plain

if TYPE_CHECKING:
    from workbench.lessons.demonstration import Demonstration

_ROUNDING = 1e-5  # of the size of a curve, in single precision


@dataclass(frozen=True)
class CurvePeaks(Statement):
    """A curve has its largest value before the end, and ends lower by at least so much."""

    curve: Curve = "psnr"
    by: Annotated[float, "by how much it falls at least"] = 0.1

    def judge(self, shown: "Demonstration", steps: "Mapping[int, Demonstration]") -> StatementVerdict:
        values = shown.curve(self.curve)
        best, last = float(np.nanmax(values)), float(values[-1])
        where = shown.iterations[np.nanargmax(values)]
        said = f"{self.curve} is largest at iteration {where}, {plain(best)}, and ends with {plain(last)}"
        return StatementVerdict(best - last >= self.by, said)


@dataclass(frozen=True)
class CurveFalls(Statement):
    """A curve never rises, up to rounding."""

    curve: Curve = "objective"

    def judge(self, shown: "Demonstration", steps: "Mapping[int, Demonstration]") -> StatementVerdict:
        rise, where = _largest_rise(shown, self.curve)
        return StatementVerdict(
            rise <= 0, f"{self.curve} never rises" if rise <= 0 else f"{self.curve} rises at {where}"
        )


@dataclass(frozen=True)
class CurveRises(Statement):
    """A curve rises somewhere on its way, by more than rounding."""

    curve: Curve = "objective"

    def judge(self, shown: "Demonstration", steps: "Mapping[int, Demonstration]") -> StatementVerdict:
        rise, where = _largest_rise(shown, self.curve)
        return StatementVerdict(rise > 0, f"{self.curve} {_rises(rise, where)}")


@dataclass(frozen=True)
class RunDiverges(Statement):
    """The run diverges: it is ended before its last iteration, with a reason."""

    def judge(self, shown: "Demonstration", steps: "Mapping[int, Demonstration]") -> StatementVerdict:
        return StatementVerdict(shown.diverged, str(shown.result.attrs.get("ended", "the run has not ended")))


def _rises(rise: float, where: str) -> str:
    return f"rises at {where}" if rise > 0 else "never rises"


def _largest_rise(shown: "Demonstration", curve: str) -> tuple[float, str]:
    """How far a curve rises in one step beyond rounding, and at which iteration."""
    values = shown.curve(curve).astype(float)
    rises = np.diff(values) - _ROUNDING * np.abs(values[:-1])
    place = int(np.nanargmax(rises)) if len(rises) else 0
    return float(rises[place]) if len(rises) else 0.0, f"iteration {shown.iterations[place + 1]}" if len(rises) else ""
