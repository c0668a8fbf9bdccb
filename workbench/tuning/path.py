"""The reconstructions of a problem over the weight of its prior, kept."""

from dataclasses import dataclass

import torch
from torch import Tensor

from workbench.problem import Problem
from workbench.refusal import Refusal


@dataclass(frozen=True)
class PathPoint:
    """The reconstruction x of one weight, (B, *in_shape), its A x, and what selectors ask of it, sums over the batch.

    `optimism` is sum_i v_i d(Ax)_i / dy_i, v the variance of the noise: by so much the misfit looks better than it is
    (Efron 2004, doi 10.1198/016214504000000692); `projected` the same of A^+ A x in place of A x; `risk` the noise's.
    None: not asked for.
    """

    weight: float
    x: Tensor
    clean: Tensor
    misfit: float
    prior: float
    steps: int = 0
    optimism: float | None = None
    projected: float | None = None
    risk: float | None = None


@dataclass(frozen=True)
class WeightPath:
    """A problem and its points, in the order of their weights; `where` is the weight's path inside the prior."""

    problem: Problem
    points: tuple[PathPoint, ...]
    where: str = "weight"

    def __post_init__(self) -> None:
        object.__setattr__(self, "points", tuple(sorted(self.points, key=lambda point: point.weight)))

    @property
    def weights(self) -> Tensor:
        """(points,) in double precision."""
        return torch.tensor([point.weight for point in self.points], dtype=torch.float64)

    @property
    def steps(self) -> int:
        """Iterations of all points together; 0 for closed forms."""
        return sum(point.steps for point in self.points)

    def nearest(self, weight: float) -> PathPoint:
        """The kept point whose weight is the nearest on a logarithmic axis: what a handle shows at no solve."""
        if not self.points:
            raise Refusal("a path with points", "an empty one", "let it take a step first")
        return min(self.points, key=lambda point: max(point.weight / weight, weight / point.weight))
