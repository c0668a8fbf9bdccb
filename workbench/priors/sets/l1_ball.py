"""A bound on the mean modulus."""

from typing import Annotated

import torch
from torch import Tensor

from workbench.priors.sets.convex_set import ConvexSet, Radius, count, level
from workbench.tensors import spread


class L1Ball(ConvexSet):
    """g(x) = 0 where the mean of |x| is at most the radius, infinite elsewhere: the ball |x|_1 <= radius entries.

    The projection is a soft threshold. Duchi et al. 2008, 10.1145/1390156.1390191.
    """

    formula = r"g(x) = 0 \text{ where } |x|_1 \le n\, r, \quad \infty \text{ elsewhere}"

    def __init__(self, radius: Annotated[float, Radius, "largest mean modulus of an item"] = 0.5) -> None:
        super().__init__()
        self.radius = radius

    def project(self, x: Tensor, scale: float) -> Tensor:
        size = x.abs()
        kept = (size - spread(level(size, scale * self.radius).clamp_min(0), x)).clamp_min(0)
        return x * (kept / size.clamp_min(torch.finfo(size.dtype).tiny))

    def conjugate(self, z: Tensor) -> Tensor:
        return self.radius * count(z) * z.abs().flatten(1).amax(1)
