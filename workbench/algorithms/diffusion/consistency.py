"""Posterior methods that bring the denoised signal nearer to the data, without derivatives of the denoiser."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from torch import Tensor

from workbench.algorithms.base import Needs
from workbench.algorithms.diffusion.base import Guided, Spread, deviation, left
from workbench.algorithms.diffusion.nearer import back, krylov, linear, nearer
from workbench.algorithms.diffusion.samplers import Renoising, Sampler
from workbench.algorithms.diffusion.singular import UNKNOWN, spectral, unknown
from workbench.noise import Likelihood
from workbench.parameters import Range
from workbench.priors import Can
from workbench.problem import Problem
from workbench.tensors import Each

_NEEDS = Needs(prior=Can.SCORE, noise=Likelihood.QUADRATIC, linear=True, white=True)


@dataclass(frozen=True)
class DiffPIR(Guided):
    """x = argmin_u |A u - y|^2 / (2 sigma^2) + weight |u - D|^2 / (2 s^2), D = E[x | z], z = x + s n.

    Half-quadratic splitting at every level; x given z counts as normal about D with variance s^2 / weight.
    Zhu et al. 2023, doi 10.48550/arXiv.2305.08995.
    """

    weight: Annotated[float, Range(0.1, 30, log=True, limits=(1e-6, 1e6)), "trust in the denoiser"] = 1.0

    needs = _NEEDS

    def estimate(self, problem: Problem, z: Tensor, ratio: float, measured: Mapping[str, Each]) -> Tensor:
        c = self.weight * (deviation(problem) / ratio) ** 2
        return nearer(problem, problem.prior.denoise(z, ratio), c)


@dataclass(frozen=True)
class DDS(Guided):
    """x = D + p, p a few conjugate gradients on (A*A + sigma^2 / v) p = A*(y - A D), D = E[x | z].

    v = s^2 spread^2 / (s^2 + spread^2), what z leaves of the variance of white signals. In a Krylov space the estimate
    stays near D where the data say little. Any linear operator, the cost of a step known. The paper's sampler ends
    nearer to the posterior's mean than a sample is; with DDIM it ends at a sample.
    Chung et al. 2024, doi 10.48550/arXiv.2303.05754.
    """

    sampler: Annotated[Sampler, "from one level to the next"] = Renoising()
    krylov: Annotated[int, Range(1, 20, limits=(1, 1000)), "conjugate gradients a step"] = 5
    spread: Spread = 0.3

    needs = _NEEDS

    def estimate(self, problem: Problem, z: Tensor, ratio: float, measured: Mapping[str, Each]) -> Tensor:
        c = deviation(problem) ** 2 / left(ratio, self.spread)
        return krylov(problem, problem.prior.denoise(z, ratio), c, self.krylov)


@dataclass(frozen=True)
class DDNM(Guided):
    """x = D + g(A*A) A*(y - A D), D = E[x | z], g(l) = min(1, s sqrt(l) / sigma) / l: the range of A* from the data.

    Without noise g is the pseudo-inverse and A x = y; with noise a mode is taken as far as its noise is below s
    (DDNM+). Wang et al. 2023, doi 10.48550/arXiv.2212.00490.
    """

    needs = Needs(prior=Can.SCORE, noise=Likelihood.QUADRATIC, linear=True, white=True, also=(UNKNOWN,))

    def lacks(self, problem: Problem) -> str:
        return super().lacks(problem) or unknown(problem)

    def estimate(self, problem: Problem, z: Tensor, ratio: float, measured: Mapping[str, Each]) -> Tensor:
        x, sigma = problem.prior.denoise(z, ratio), deviation(problem)
        modes = spectral(linear(problem), x)
        pull = back(problem, x)
        return x + modes(lambda values: (ratio / sigma * values.rsqrt()).minimum(1 / values), pull)
