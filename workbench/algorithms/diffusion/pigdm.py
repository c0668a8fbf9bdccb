"""Guidance by the pseudo-inverse."""

from dataclasses import dataclass

from torch import Tensor

from workbench.algorithms.base import Constants, Needs
from workbench.algorithms.diffusion.guidance import spread_by
from workbench.algorithms.diffusion.guided import Guided, Spread, deviation, left
from workbench.algorithms.diffusion.nearer import denoised, nearer
from workbench.noise import Likelihood
from workbench.priors import Can
from workbench.problem import Problem


@dataclass(frozen=True)
class PiGDM(Guided):
    """x = D + s^2 J* A* (v A A* + sigma^2)^-1 (y - A D), D = E[x | z], v = s^2 spread^2 / (s^2 + spread^2).

    Takes x given z for normal with variance v in every direction: exact for white signals of this spread.
    Song et al. 2023, ICLR, openreview 9_gsMA8MRKQ.
    """

    formula = r"x = D + s^2 J^* A^* (v A A^* + \sigma^2)^{-1} (y - A D), \quad D = \mathbb{E}[x \mid z]"

    spread: Spread = 0.3

    needs = Needs(prior=Can.SCORE, noise=Likelihood.QUADRATIC, linear=True, white=True)

    def estimate(self, problem: Problem, z: Tensor, ratio: float, measured: Constants) -> Tensor:
        x, pull = denoised(problem, z, ratio)
        v = left(ratio, self.spread)
        return x + spread_by(pull, nearer(problem, x, deviation(problem) ** 2 / v) - x, ratio, v) / v
