"""Numbers on the curves of a run."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import numpy as np

from workbench.lessons.readouts.base import Readout
from workbench.parameters import Range

if TYPE_CHECKING:
    from workbench.lessons.demonstration import Demonstration

Curve = Annotated[str, "curve of the run: psnr, ssim, objective, misfit, prior or residual"]


@dataclass(frozen=True)
class LastOfCurve(Readout):
    """The last value of a curve."""

    curve: Curve = "psnr"

    def read(self, shown: "Demonstration") -> float:
        return float(shown.curve(self.curve)[-1])

    def __str__(self) -> str:
        return f"the last {self.curve}"


@dataclass(frozen=True)
class BestOfCurve(Readout):
    """The largest value of a curve."""

    curve: Curve = "psnr"

    def read(self, shown: "Demonstration") -> float:
        return float(np.nanmax(shown.curve(self.curve)))

    def __str__(self) -> str:
        return f"the largest {self.curve}"


@dataclass(frozen=True)
class PlaceOnCurve(Readout):
    """The iteration at which a curve is largest."""

    curve: Curve = "psnr"

    def read(self, shown: "Demonstration") -> float:
        return float(shown.iterations[np.nanargmax(shown.curve(self.curve))])

    def __str__(self) -> str:
        return f"the iteration with the largest {self.curve}"


@dataclass(frozen=True)
class CurveAt(Readout):
    """The value of a curve at an iteration."""

    needed = ("iteration",)
    missing = "never reached"
    curve: Curve = "psnr"
    iteration: Annotated[int, Range(0, 5000, limits=(0, 10_000_000)), "iteration"] = 10

    def read(self, shown: "Demonstration") -> float:
        values, there = shown.curve(self.curve), shown.iterations == self.iteration
        return float(values[there][0]) if there.any() else float("nan")

    def __str__(self) -> str:
        return f"the {self.curve} at iteration {self.iteration}"


@dataclass(frozen=True)
class CurveReaches(Readout):
    """How many iterations a curve takes to come down to a level, or up to it: the first at the level or beyond."""

    needed = ("level",)
    missing = "never reached"
    curve: Curve = "psnr"
    level: Annotated[float, "level"] = 20.0

    def read(self, shown: "Demonstration") -> float:
        values = shown.curve(self.curve)
        reached = values <= self.level if values[0] > self.level else values >= self.level
        return float(shown.iterations[reached.argmax()]) if reached.any() else float("nan")

    def __str__(self) -> str:
        return f"the iterations until {self.curve} is {self.level:g}"


@dataclass(frozen=True)
class CurveLength(Readout):
    """How many iterations the run did before it ended or diverged."""

    def read(self, shown: "Demonstration") -> float:
        return float(shown.iterations[-1])

    def __str__(self) -> str:
        return "the iterations done"


@dataclass(frozen=True)
class CurveSettles(Readout):
    """The iteration after which a curve stays near its last value: within a part of its whole change."""

    curve: Curve = "objective"
    within: Annotated[float, Range(1e-9, 0.5, log=True, limits=(0, 1)), "part of the whole change"] = 0.001

    def read(self, shown: "Demonstration") -> float:
        values = shown.curve(self.curve).astype(float)
        away = np.abs(values - values[-1]) > self.within * np.abs(values - values[-1]).max()
        last = np.flatnonzero(away)
        return float(shown.iterations[last[-1] + 1]) if len(last) else float(shown.iterations[0])

    def __str__(self) -> str:
        return f"the iterations until {self.curve} has settled to {self.within:g} of its change"
