"""Guidance by the misfit of the denoised signal."""

from dataclasses import dataclass
from typing import Annotated

from torch import Tensor

from workbench.algorithms.base import Constants, Needs
from workbench.algorithms.diffusion.guidance import share, spread_by
from workbench.algorithms.diffusion.guided import Guided, Spread, left
from workbench.algorithms.diffusion.nearer import denoised
from workbench.noise import Likelihood
from workbench.parameters import Range
from workbench.priors import Can
from workbench.problem import Problem
from workbench.tensors import spread, times

Strength = Annotated[float, Range(0.1, 3, log=True, limits=(0, 1000)), "weight of the data against the theory's"]


@dataclass(frozen=True)
class DPS(Guided):
    """x = D - strength u / (1 + v L), u = s^2 J* grad misfit(D), D = E[x | z], J its Jacobian.

    Takes p(y | z) for p(y | D), which forgets what z leaves open. v = s^2 spread^2 / (s^2 + spread^2), L Lipschitz for
    the misfit's gradient: the published step, strength / |y - A D|, depends on the number of levels. Where the misfit
    bends unevenly, the step is that of its bend along u. Any operator.
    Chung et al. 2023, doi 10.48550/arXiv.2209.14687.
    """

    formula = (
        r"x = D - \text{strength}\, \frac{u}{1 + vL}, \quad u = s^2 J^* \nabla f(D), \quad D = \mathbb{E}[x "
        r"\mid z]"
    )

    strength: Strength = 1.0
    spread: Spread = 0.3

    needs = Needs(prior=Can.SCORE, noise=Likelihood.GRAD)

    def measure(self, problem: Problem) -> Constants:
        return Constants(problem.lipschitz()) if problem.bends_evenly else Constants()

    def estimate(self, problem: Problem, z: Tensor, ratio: float, measured: Constants) -> Tensor:
        x, pull = denoised(problem, z, ratio)
        v, slope = left(ratio, self.spread), problem.misfit_grad(x)
        u = spread_by(pull, slope, ratio, v)
        if measured.lipschitz is not None:
            return x - times(self.strength / (1 + v * measured.lipschitz), u)
        return x - spread(self.strength * share(problem, x, slope, u), u) * u
