"""Noises with outliers."""

import math
from dataclasses import dataclass
from typing import Annotated

import torch
from torch import Tensor

from workbench.noise.base import Likelihood, Noise
from workbench.noise.draws import by_level, exponential_like
from workbench.parameters import Range
from workbench.tensors import dot, normal_like, parts

Sigma = Annotated[float, Range(1e-3, 0.5, log=True, limits=(1e-6, 1e6)), "standard deviation of the noise"]


@dataclass(frozen=True)
class Laplace(Noise):
    """y = clean + n with density exp(-|n| / scale): nll = |clean - y|_1 / scale. Complex data: each part so.

    The prox is closed. Where clean = y, `grad` is 0, one of the subgradients, and `curvature` is 0 everywhere: the
    Fisher information 1 / scale^2 sits in the jump.
    """

    scale: Annotated[float, Range(1e-3, 0.5, log=True, limits=(1e-6, 1e6)), "mean of |n|"] = 0.05

    can = Likelihood.PROX | Likelihood.CONVEX | Likelihood.COMPLEX | Likelihood.CONJUGATE

    def sample(self, clean: Tensor, rng: torch.Generator) -> Tensor:
        return clean + self.scale * (exponential_like(clean, rng) - exponential_like(clean, rng))

    def nll(self, clean: Tensor, y: Tensor) -> Tensor:
        return parts(clean - y).abs().flatten(1).sum(1) / self.scale

    def grad(self, clean: Tensor, y: Tensor) -> Tensor:
        return _whole(parts(clean - y).sign() / self.scale, y)

    def curvature(self, clean: Tensor, y: Tensor) -> Tensor:
        return torch.zeros_like(clean.real)

    def precision(self, clean: Tensor) -> Tensor:
        return torch.full_like(clean.real, 1 / self.scale**2)

    def prox(self, v: Tensor, y: Tensor, step: float) -> Tensor:
        r, reach = parts(v - y), step / self.scale
        return y + _whole(r - r.clamp(-reach, reach), y)

    def conjugate(self, p: Tensor, y: Tensor) -> Tensor:
        outside = parts(p).abs().flatten(1).amax(1) > (1 + 1e-12) / self.scale
        return torch.where(outside, torch.inf, dot(p, y))

    def expected(self, y: Tensor) -> float:
        return parts(y[:1]).numel()


@dataclass(frozen=True)
class StudentT(Noise):
    """y = clean + sigma t, t of Student's law: nll = (dof + 1) / 2 sum log(1 + (clean - y)^2 / (dof sigma^2)).

    Not convex: an outlier pulls the less the farther it lies. Fisher information (dof + 1) / ((dof + 3) sigma^2).
    """

    sigma: Annotated[float, Range(1e-3, 0.5, log=True, limits=(1e-6, 1e6)), "scale of the noise"] = 0.05
    dof: Annotated[float, Range(1, 30, log=True, limits=(1, 1e4)), "degrees of freedom: 1 is Cauchy's law"] = 3.0

    can = Likelihood.GRAD | Likelihood.LIPSCHITZ

    def sample(self, clean: Tensor, rng: torch.Generator) -> Tensor:
        radius, angle = (
            torch.rand(clean.shape, generator=rng, dtype=torch.float64, device=clean.device) for _ in range(2)
        )
        # Bailey 1994, 10.1090/S0025-5718-1994-1196614-0: the polar method for any number of degrees of freedom.
        length = (self.dof * torch.expm1(-2 / self.dof * torch.log1p(-radius))).sqrt()
        return clean + self.sigma * (length * (2 * math.pi * angle).cos()).to(clean.dtype)

    def nll(self, clean: Tensor, y: Tensor) -> Tensor:
        value = ((clean - y).square() / (self.dof * self.sigma**2)).log1p()
        return (self.dof + 1) / 2 * value.flatten(1).sum(1)

    def grad(self, clean: Tensor, y: Tensor) -> Tensor:
        r = clean - y
        return (self.dof + 1) * r / (self.dof * self.sigma**2 + r.square())

    def curvature(self, clean: Tensor, y: Tensor) -> Tensor:
        square, core = (clean - y).square(), self.dof * self.sigma**2
        return (self.dof + 1) * (core - square) / (core + square).square()

    def precision(self, clean: Tensor) -> Tensor:
        return torch.full_like(clean, (self.dof + 1) / ((self.dof + 3) * self.sigma**2))

    def lipschitz(self, y: Tensor) -> float:
        return (self.dof + 1) / (self.dof * self.sigma**2)

    def expected(self, y: Tensor) -> float:
        half = torch.tensor([self.dof + 1, self.dof], dtype=torch.float64) / 2
        return y[0].numel() * float(half[0] * (torch.digamma(half[0]) - torch.digamma(half[1])))


@dataclass(frozen=True)
class SaltAndPepper(Noise):
    """y = clean + sigma n, but a fraction `rate` of the entries are sigma n or 1 + sigma n, whatever the signal.

    nll = -sum log((1 - rate) N(y - clean) + rate / 2 (N(y) + N(y - 1))), N of width sigma: quadratic near y, flat far
    from it, not convex. The Fisher information is a trapezoidal sum that converges exponentially.
    """

    sigma: Sigma = 0.05
    rate: Annotated[float, Range(0.01, 0.5, limits=(1e-6, 0.999)), "fraction of black or white entries"] = 0.1

    can = Likelihood.GRAD | Likelihood.LIPSCHITZ

    def sample(self, clean: Tensor, rng: torch.Generator) -> Tensor:
        lot = torch.rand(clean.shape, generator=rng, dtype=clean.dtype, device=clean.device)
        kept = torch.where(lot < self.rate, (lot < self.rate / 2).to(clean.dtype), clean)
        return kept + self.sigma * normal_like(clean, rng)

    def nll(self, clean: Tensor, y: Tensor) -> Tensor:
        near = math.log1p(-self.rate) - ((clean - y) / self.sigma).square() / 2
        far = math.log1p(-self.rate) + self._odds(y)
        return -torch.logaddexp(near, far).flatten(1).sum(1)

    def grad(self, clean: Tensor, y: Tensor) -> Tensor:
        return self._share(clean, y) * (clean - y) / self.sigma**2

    def curvature(self, clean: Tensor, y: Tensor) -> Tensor:
        share = self._share(clean, y)
        return share * (1 - (1 - share) * ((clean - y) / self.sigma).square()) / self.sigma**2

    def precision(self, clean: Tensor) -> Tensor:
        return by_level(clean, self._information)

    def lipschitz(self, y: Tensor) -> float:
        # |curvature| sigma^2 = |w - w (1 - w) z^2|, where z^2 = 2 (t - odds) and w = 1 / (1 + e^t).
        return max(1.0, 0.45 - float(self._odds(y).min()) / 2) / self.sigma**2

    def _odds(self, y: Tensor) -> Tensor:
        """log of the density of black or white entries at y, over that of the others at y = clean."""
        black, white = -(y / self.sigma).square() / 2, -((y - 1) / self.sigma).square() / 2
        return math.log(self.rate / (2 - 2 * self.rate)) + torch.logaddexp(black, white)

    def _share(self, clean: Tensor, y: Tensor) -> Tensor:
        """The probability that an entry is none of the black and white ones."""
        return torch.sigmoid(-self._odds(y) - ((clean - y) / self.sigma).square() / 2)

    def _information(self, clean: Tensor) -> Tensor:
        total, step = torch.zeros_like(clean), 0.2
        for k in range(-40, 41):
            z = step * k
            density = step * math.exp(-z * z / 2) / math.sqrt(2 * math.pi)
            total = total + density * z * z * self._share(clean, clean + self.sigma * z)
        return (1 - self.rate) * total / self.sigma**2


def _whole(numbers: Tensor, like: Tensor) -> Tensor:
    return torch.view_as_complex(numbers) if like.is_complex() else numbers
