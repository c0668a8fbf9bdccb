"""A bound on the root mean square."""

import math
from typing import Annotated

import torch
from torch import Tensor

from workbench.priors.sets.convex_set import ConvexSet, Radius, count
from workbench.tensors import norm, spread


class L2Ball(ConvexSet):
    """g(x) = 0 where the root mean square of x is at most the radius: |x|_2 <= radius sqrt(entries)."""

    formula = r"g(x) = 0 \text{ where } |x|_2 \le \sqrt{n}\, r, \quad \infty \text{ elsewhere}"

    def __init__(self, radius: Annotated[float, Radius, "largest root mean square of an item"] = 0.6) -> None:
        super().__init__()
        self.radius = radius

    def project(self, x: Tensor, scale: float) -> Tensor:
        most, size = scale * self.radius * math.sqrt(count(x)), norm(x)
        return spread((most / size.clamp_min(torch.finfo(size.dtype).tiny)).clamp_max(1), x) * x

    def conjugate(self, z: Tensor) -> Tensor:
        return self.radius * math.sqrt(count(z)) * norm(z)
