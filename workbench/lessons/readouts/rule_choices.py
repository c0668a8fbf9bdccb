"""Numbers of the choose tab: what the rules for the weight find."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from workbench.lessons.readouts.base import Readout
from workbench.refusal import one_of
from workbench.tensors import norm2

if TYPE_CHECKING:
    from workbench.lessons.demonstration import Demonstration
    from workbench.tuning import PathPoint

Rule = Annotated[str, "rule that chooses: sure, gcv, discrepancy, l-curve, oracle and so on"]


@dataclass(frozen=True)
class WeightByRule(Readout):
    """The weight that a rule chooses on the path."""

    rule: Rule = "sure"

    def read(self, shown: "Demonstration") -> float:
        found = shown.weights.selected
        return found[one_of("a rule that found a weight", self.rule, found)].weight

    def __str__(self) -> str:
        return f"the weight by {self.rule}"


@dataclass(frozen=True)
class QualityByRule(Readout):
    """The PSNR in dB of the picture at the weight that a rule chooses."""

    rule: Rule = "sure"

    def read(self, shown: "Demonstration") -> float:
        truth, point = shown.problem.truth, self._point(shown)
        if truth is None:
            return float("nan")
        error = norm2(point.x.to(truth) - truth) / truth[0].numel()
        return float(-10 * error.log10()[0])

    def _point(self, shown: "Demonstration") -> "PathPoint":
        return shown.weights.path.nearest(WeightByRule(self.rule).read(shown))

    def __str__(self) -> str:
        return f"the psnr at the weight by {self.rule}"
