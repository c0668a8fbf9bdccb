"""White Gaussian noise whose level nobody knows."""

from dataclasses import dataclass
from typing import Annotated

import torch
from torch import Tensor

from workbench.noise.base import Noise
from workbench.noise.likelihood import Likelihood
from workbench.parameters import Range
from workbench.tensors import dot, norm, norm2, normal_like, parts, spread

_SLACK, _ROUNDINGS = 1e-9, 16  # by which rounding may put a dual outside its ball


@dataclass(frozen=True)
class ConcomitantGaussian(Noise):
    """y = clean + s n, s estimated with the picture: nll = min over s of (|clean - y|^2 / s + N s) / (2 reference).

    That is sqrt(N) |clean - y| / reference, N real numbers in an item, at s = |clean - y| / sqrt(N), `level`. A weight
    w acts as w reference / s beside Gaussian noise of that s: one weight serves every level, and means the usual where
    s is the reference. `sigma` is that of data that are made, which no reconstruction reads. Convex, with a kink where
    all data are met; entries are not independent. Belloni, Chernozhukov & Wang 2011, doi 10.1093/biomet/asr043;
    Sun & Zhang 2012, doi 10.1093/biomet/ass043.
    """

    formula = (
        r"y = \bar y + s n, \quad -\log p(y \mid \bar y) = \frac{\sqrt{N}}{s_0} |\bar y - y| "
        r"= \min_s \frac{|\bar y - y|^2 / s + N s}{2 s_0}, \quad s_0 = \text{reference}"
    )

    sigma: Annotated[float, Range(1e-3, 0.5, log=True, limits=(1e-6, 1e6)), "noise of data that are made"] = 0.05
    reference: Annotated[
        float, Range(1e-3, 0.5, log=True, limits=(1e-6, 1e6)), "level at which a weight means what it means usually"
    ] = 0.05

    can = Likelihood.PROX | Likelihood.CONVEX | Likelihood.COMPLEX | Likelihood.CONJUGATE | Likelihood.LEVEL

    def sample(self, clean: Tensor, rng: torch.Generator) -> Tensor:
        return clean + self.sigma * normal_like(clean, rng)

    def level(self, clean: Tensor, y: Tensor) -> Tensor:
        """The standard deviation that is estimated, (B,); below the true one, as what explains noise makes it."""
        return norm(clean - y) / _numbers(y) ** 0.5

    def nll(self, clean: Tensor, y: Tensor) -> Tensor:
        return self._radius(y) * norm(clean - y)

    def grad(self, clean: Tensor, y: Tensor) -> Tensor:
        return spread(self._inverse(clean, y), y) * (clean - y)

    def hvp(self, clean: Tensor, y: Tensor, v: Tensor) -> Tensor:
        inverse, r = self._inverse(clean, y), clean - y
        along = dot(r, v) / norm2(r).clamp_min(torch.finfo(r.real.dtype).tiny)
        return spread(inverse, v) * (v - spread(along, v) * r)

    def curvature(self, clean: Tensor, y: Tensor) -> Tensor:
        """The diagonal of the Hessian; of a complex entry the mean of its parts."""
        inverse, r = self._inverse(clean, y), clean - y
        own = parts(r).square().mean(-1) if r.is_complex() else r.square()
        share = own / spread(norm2(r).clamp_min(torch.finfo(r.real.dtype).tiny), own)
        return spread(inverse, own) * (1 - share)

    def precision(self, clean: Tensor) -> Tensor:
        return torch.full_like(clean.real, self.reference**-2)

    def prox(self, v: Tensor, y: Tensor, step: float) -> Tensor:
        size = norm(v - y)
        reach = step * self._radius(y)
        kept = torch.where(size > reach, 1 - reach / size.clamp_min(torch.finfo(size.dtype).tiny), 0)
        return y + spread(kept, v) * (v - y)

    def conjugate(self, p: Tensor, y: Tensor) -> Tensor:
        slack = max(_SLACK, _ROUNDINGS * torch.finfo(p.dtype).eps)
        return torch.where(norm(p) > (1 + slack) * self._radius(y), torch.inf, dot(p, y))

    def _radius(self, y: Tensor) -> float:
        """How steeply the likelihood rises with |clean - y|, which is the radius of the ball of its dual."""
        return _numbers(y) ** 0.5 / self.reference

    def _inverse(self, clean: Tensor, y: Tensor) -> Tensor:
        """1 / (reference s), and 0 at the kink, where a subgradient is 0."""
        level = self.reference * self.level(clean, y)
        return torch.where(level > 0, 1 / level.clamp_min(torch.finfo(level.dtype).tiny), 0)


def _numbers(y: Tensor) -> int:
    """How many real numbers an item has."""
    return parts(y)[0].numel()
