"""A bound on every modulus."""

from typing import Annotated

import torch
from torch import Tensor

from workbench.priors.sets.convex_set import ConvexSet, Radius


class LInfBall(ConvexSet):
    """g(x) = 0 where no |x| exceeds the radius, infinite elsewhere: the ball |x|_inf <= radius, moduli of complex x."""

    formula = r"g(x) = 0 \text{ where } |x|_\infty \le r, \quad \infty \text{ elsewhere}"

    def __init__(self, radius: Annotated[float, Radius, "largest modulus of an entry"] = 1.0) -> None:
        super().__init__()
        self.radius = radius
        self.separable = True

    def project(self, x: Tensor, scale: float) -> Tensor:
        most = scale * self.radius
        if not x.is_complex():
            return x.clamp(-most, most)
        return x * (most / x.abs().clamp_min(torch.finfo(x.dtype).tiny)).clamp_max(1)

    def conjugate(self, z: Tensor) -> Tensor:
        return self.radius * z.abs().flatten(1).sum(1)
