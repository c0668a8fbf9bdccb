"""Numbers of the uncertainty tab: chains beside the exact posterior."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from workbench.lessons.readouts.base import Readout
from workbench.posterior import exact
from workbench.refusal import Refusal

if TYPE_CHECKING:
    from workbench.lessons.demonstration import Demonstration


@dataclass(frozen=True)
class ChainRhat(Readout):
    """The largest R-hat of the followed pixels: near 1 where the chains agree."""

    def read(self, shown: "Demonstration") -> float:
        return shown.chains.looks[-1].rhat

    def __str__(self) -> str:
        return "the largest R-hat"


@dataclass(frozen=True)
class ChainDeviation(Readout):
    """The posterior standard deviation of a pixel, by the draws, as a mean over the picture."""

    def read(self, shown: "Demonstration") -> float:
        moments = shown.chains.moments
        if moments is None:
            raise Refusal("chains with draws that count", "none", "take fewer iterations before draws count")
        return float(moments.variance.sqrt().mean())

    def __str__(self) -> str:
        return "the mean posterior standard deviation"


@dataclass(frozen=True)
class ChainDeviationOverExact(Readout):
    """The mean posterior standard deviation by the draws over the exact one, which has a closed form here."""

    def read(self, shown: "Demonstration") -> float:
        known = exact(shown.problem)
        if known is None:
            raise Refusal(
                "a posterior in closed form", "one that has none", "take Gaussian noise and a quadratic prior"
            )
        return ChainDeviation().read(shown) / float(known.variance.sqrt().mean())

    def __str__(self) -> str:
        return "the standard deviation by the draws over the exact one"
