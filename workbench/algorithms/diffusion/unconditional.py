"""Diffusion that does not ask the data."""

from dataclasses import dataclass

from torch import Tensor

from workbench.algorithms.base import Constants
from workbench.algorithms.diffusion.guided import Guided
from workbench.problem import Problem


@dataclass(frozen=True)
class UnconditionalDiffusion(Guided):
    """Samples of the prior, whatever the data: x = E[x | z] by the denoiser alone.

    In the limit of many levels and of much noise at the start they are exact, where the denoiser is.
    Song et al. 2021, doi 10.48550/arXiv.2011.13456.
    """

    blind = True
    formula = r"x = D = \mathbb{E}[x \mid z]"

    def estimate(self, problem: Problem, z: Tensor, ratio: float, measured: Constants) -> Tensor:
        return problem.prior.denoise(z, ratio)
