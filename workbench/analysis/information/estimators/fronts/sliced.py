"""Random slices before an estimator."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

import torch
from torch import Tensor

from workbench.analysis.information.estimators.base import Estimator, Samples, discrete
from workbench.analysis.information.estimators.fronts.front import Inner, Seed
from workbench.analysis.information.estimators.ksg import KSG
from workbench.parameters import Range
from workbench.tensors import normal_like, stream


@dataclass(frozen=True)
class Sliced(Estimator):
    """The mean of I(a'u; b'v) over random unit vectors a, b: sliced information, not I(u; v), which is above it.

    0 only where u and v are independent, at the cost of one dimension. Goldfeld & Greenewald 2021, arXiv:2110.05279.
    """

    estimator: Inner = KSG()
    slices: Annotated[int, Range(1, 200, log=True, limits=(1, 10_000)), "random directions"] = 20
    seed: Seed = 0

    bias: ClassVar[str] = "that of the estimator behind it; as I(u; v) low, the more so the more dimensions"
    freedom: ClassVar[str] = "slices"
    free: ClassVar[str] = "the number of slices: more, less scatter"
    meaningless: ClassVar[str] = "as a number to compare with I(u; v), H(Y) or log2 N; it may rise along a network"

    def measure(self, u: Samples, v: Samples) -> float:
        total = 0.0
        for k in range(self.slices):
            rng = stream(self.seed, "slices", k, u.device)
            total += self.estimator(_slice(u, rng), _slice(v, rng))
        return total / self.slices

    def ceiling(self, n: int) -> float:
        return self.estimator.ceiling(n)


def _slice(x: Samples, rng: torch.Generator) -> Tensor:
    if discrete(x):
        return x
    direction = normal_like(x[:1], rng)
    return x @ (direction / direction.norm()).T
