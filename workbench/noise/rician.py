"""The modulus of a noisy complex number: the noise of magnitudes."""

from dataclasses import dataclass
from typing import Annotated

import numpy as np
import torch
from torch import Tensor

from workbench.noise.base import Noise
from workbench.noise.draws import by_level
from workbench.noise.likelihood import Likelihood
from workbench.noise.negative import unfit_negative
from workbench.parameters import Range
from workbench.tensors import normal_like, total

_LARGE = 500.0  # from where on a series of five terms has all digits
_MOST = 5.0  # data are moved by a tenth of their deviation, and stay magnitudes
_FAINT = 1e-3  # sigmas below which one datum in two million lies: 1 / y has a mean, and no variance


@dataclass(frozen=True)
class Rician(Noise):
    """y = |clean + sigma n|, n complex, each part of variance 1: magnitude images of magnetic resonance.

    nll = sum (clean^2 + y^2) / (2 sigma^2) - log I0(y clean / sigma^2), even in clean, not convex. The Fisher
    information is a Gauss-Legendre sum of 80 nodes, to 1e-9. Gudbjartsson & Patz 1995, 10.1002/mrm.1910340618.
    """

    formula = r"y = |\bar y + \sigma n|, \quad n \text{ complex}"

    sigma: Annotated[
        float, Range(1e-3, 0.5, log=True, limits=(1e-6, 1e6)), "standard deviation of each part of the noise"
    ] = 0.05

    can = Likelihood.GRAD | Likelihood.LIPSCHITZ

    def sample(self, clean: Tensor, rng: torch.Generator) -> Tensor:
        return torch.hypot(clean + self.sigma * normal_like(clean, rng), self.sigma * normal_like(clean, rng))

    def noiseless(self, clean: Tensor) -> Tensor:
        return clean.abs()

    def nll(self, clean: Tensor, y: Tensor) -> Tensor:
        a, r = y * clean / self.sigma**2, (clean.abs() - y) / self.sigma
        return total(r.square() / 2 - torch.special.i0e(a).log())

    def grad(self, clean: Tensor, y: Tensor) -> Tensor:
        size = clean.abs()
        a = y * size / self.sigma**2
        far = torch.where(a > 1, (size - y) + y * _short_of_one(a), size - y * _ratio(a))  # neither cancels there
        return clean.sign() * far / self.sigma**2

    def curvature(self, clean: Tensor, y: Tensor) -> Tensor:
        slope = _ratio_slope(y * clean / self.sigma**2)
        return (1 - (y / self.sigma).square() * slope) / self.sigma**2

    def precision(self, clean: Tensor) -> Tensor:
        return by_level(clean, lambda levels: _rice_information(levels.abs() / self.sigma) / self.sigma**2)

    def lipschitz(self, y: Tensor) -> float:
        return max(1.0, float(y.max() / self.sigma) ** 2 / 2 - 1) / self.sigma**2

    def deviation(self, y: Tensor) -> Tensor:
        return (_MOST * y).clamp_max(self.sigma)

    def risk(self, clean: Tensor, y: Tensor, optimism: Tensor) -> Tensor:
        """What has the mean of |clean^2 - the true one^2|^2, entry by entry: y^2 - 2 sigma^2 has that of clean^2.

        Exact but for 2 sigma^4 d^2 clean^2 / dy^2, which is left out: too large by 4 sigma^4 for each datum that clean
        follows as it is, by less where it is smooth. Luisier, Blu & Wolfe 2012,
        doi 10.1109/TIP.2012.2191565.
        """
        v = self.sigma**2
        slower = torch.where(y > 0, (self.sigma / self.deviation(y)).square(), 0)
        square, slope = clean.square(), 2 * clean * optimism * slower  # sigma^2 d clean^2 / dy
        bent = (square - y.square() + 2 * v).square() - 4 * v * y.square() + 4 * v**2
        return (bent + 4 * slope * y - 2 * v * slope / y.clamp_min(_FAINT * self.sigma)).double()

    def unfit(self, y: Tensor) -> str:
        return unfit_negative(y, "Rician noise explains magnitudes")


def _ratio(a: Tensor) -> Tensor:
    """I1(a) / I0(a), odd."""
    return torch.special.i1e(a) / torch.special.i0e(a)


def _short_of_one(a: Tensor) -> Tensor:
    """1 - I1(a) / I0(a) for a >= 0, by its asymptotic series where the difference cancels."""
    large = a.clamp_min(_LARGE)
    series = (1 / 2 + (1 / 8 + (1 / 8 + (25 / 128 + 13 / 32 / large) / large) / large) / large) / large
    return torch.where(a > _LARGE, series, 1 - _ratio(a.clamp_max(_LARGE)))


def _ratio_slope(a: Tensor) -> Tensor:
    """Its derivative 1 - R / a - R^2, even: 1/2 at 0, by its asymptotic series where the difference cancels."""
    a = a.abs()
    small, large = a.clamp(1e-4, 50), a.clamp_min(50)
    ratio = _ratio(small)
    series = (1 / 2 + (1 / 4 + (3 / 8 + 25 / 32 / large) / large) / large) / large.square()
    return torch.where(a < 1e-4, 0.5, torch.where(a > 50, series, 1 - ratio / small - ratio.square()))


def _rice_information(k: Tensor) -> Tensor:
    """E (y R(k y) - k)^2 over the Rice law of parameter k and unit width, y within 9 of k."""
    low, total = (k - 9).clamp_min(0), torch.zeros_like(k)
    half = (k + 9 - low) / 2
    for node, weight in zip(*np.polynomial.legendre.leggauss(80), strict=True):
        y = low + half * (1 + float(node))
        density = y * (-(y - k).square() / 2).exp() * torch.special.i0e(y * k)
        total = total + float(weight) * half * density * (y * _ratio(y * k) - k).square()
    return total
