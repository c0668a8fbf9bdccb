"""What goes in front of an estimator: noise, fewer dimensions, one dimension at a time."""

from abc import abstractmethod
from typing import Annotated

from workbench.analysis.information.estimators.base import Estimator, Samples, discrete
from workbench.ranges import SEEDS

Inner = Annotated[Estimator, "estimator behind it"]
Seed = Annotated[int, SEEDS, "which random numbers"]


class Front(Estimator):
    """An estimator of changed samples."""

    estimator: Estimator

    @abstractmethod
    def change(self, x: Samples, side: str) -> Samples:
        """What the estimator behind it sees of continuous samples of a side, "u" or "v", (N, d)."""

    def measure(self, u: Samples, v: Samples) -> float:
        return self.estimator(*(x if discrete(x) else self.change(x, side) for x, side in ((u, "u"), (v, "v"))))

    def ceiling(self, n: int) -> float:
        return self.estimator.ceiling(n)
