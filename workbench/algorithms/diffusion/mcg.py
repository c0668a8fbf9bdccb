"""Guidance by the misfit, and a projection onto what the data allow."""

from dataclasses import dataclass

from torch import Tensor

from workbench.algorithms.base import Constants, Needs
from workbench.algorithms.diffusion.dps import DPS
from workbench.algorithms.diffusion.guided import deviation
from workbench.algorithms.diffusion.nearer import nearer
from workbench.noise import Likelihood
from workbench.priors import Can
from workbench.problem import Problem


@dataclass(frozen=True)
class MCG(DPS):
    """The gradient of DPS, then x <- x + A* (A A* + c)^-1 (y - A x), c = (sigma / spread)^2: onto what the data allow.

    c = 0 is the published projection, which makes noise part of the signal. Takes p(y | z) for p(y | D), as DPS does.
    Chung et al. 2022, doi 10.48550/arXiv.2206.00941.
    """

    formula = r"x \gets x + A^*(AA^* + c)^{-1}(y - Ax), \quad c = (\sigma / \text{spread})^2"

    needs = Needs(prior=Can.SCORE, noise=Likelihood.LIPSCHITZ | Likelihood.QUADRATIC, linear=True, white=True)

    def estimate(self, problem: Problem, z: Tensor, ratio: float, measured: Constants) -> Tensor:
        x = super().estimate(problem, z, ratio, measured)
        return nearer(problem, x, (deviation(problem) / self.spread) ** 2)
