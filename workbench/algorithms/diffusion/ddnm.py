"""The range of A* from the data, the rest from the denoiser."""

from dataclasses import dataclass

from torch import Tensor

from workbench.algorithms.base import Constants, Needs
from workbench.algorithms.diffusion.guided import Guided, deviation
from workbench.algorithms.diffusion.nearer import back, linear
from workbench.algorithms.diffusion.spectral import UNKNOWN, spectral, unknown
from workbench.noise import Likelihood
from workbench.priors import Can
from workbench.problem import Problem


@dataclass(frozen=True)
class DDNM(Guided):
    """x = D + g(A*A) A*(y - A D), D = E[x | z], g(l) = min(1, s sqrt(l) / sigma) / l: the range of A* from the data.

    Without noise g is the pseudo-inverse and A x = y; with noise a mode is taken as far as its noise is below s
    (DDNM+). Wang et al. 2023, doi 10.48550/arXiv.2212.00490.
    """

    formula = r"x = D + g(A^*A)\, A^*(y - A D), \quad D = \mathbb{E}[x \mid z]"

    needs = Needs(prior=Can.SCORE, noise=Likelihood.QUADRATIC, linear=True, white=True, also=(UNKNOWN,))

    def lacks(self, problem: Problem) -> str:
        return super().lacks(problem) or unknown(problem)

    def estimate(self, problem: Problem, z: Tensor, ratio: float, measured: Constants) -> Tensor:
        x, sigma = problem.prior.denoise(z, ratio), deviation(problem)
        modes = spectral(linear(problem), x)
        pull = back(problem, x)
        return x + modes(lambda values: (ratio / sigma * values.rsqrt()).minimum(1 / values), pull)
