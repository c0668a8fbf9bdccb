"""Numbers of the spectrum tab: eigenvalues of the Hessian at the first iterate."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from workbench.lessons.readouts.base import Readout
from workbench.parameters import Range

if TYPE_CHECKING:
    from workbench.lessons.demonstration import Demonstration


@dataclass(frozen=True)
class ConditionNumber(Readout):
    """The largest eigenvalue of the Hessian over the smallest, as the spectrum tab finds them."""

    def read(self, shown: "Demonstration") -> float:
        low, high = shown.extremes
        return high / max(low, high * 1e-16)

    def __str__(self) -> str:
        return "the condition number of the Hessian"


@dataclass(frozen=True)
class LargestEigenvalue(Readout):
    """The largest eigenvalue of the Hessian: a constant step is stable below 2 over it."""

    def read(self, shown: "Demonstration") -> float:
        return shown.extremes[1]

    def __str__(self) -> str:
        return "the largest eigenvalue of the Hessian"


@dataclass(frozen=True)
class EigenvaluesBelow(Readout):
    """The share of eigenvalues below a part of the largest one, from the cumulative spectrum."""

    part: Annotated[float, Range(1e-8, 1, log=True, limits=(0, 1)), "part of the largest eigenvalue"] = 0.01

    def read(self, shown: "Demonstration") -> float:
        measure = dict(shown.spectrum.measures)["objective"]
        return float(measure.cdf(self.part * shown.extremes[1]))

    def __str__(self) -> str:
        return f"the share of eigenvalues below {self.part:g} of the largest"
