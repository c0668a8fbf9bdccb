"""The denoised signal brought nearer to the data by half-quadratic splitting."""

from dataclasses import dataclass
from typing import Annotated

from torch import Tensor

from workbench.algorithms.base import Constants, Needs
from workbench.algorithms.diffusion.guided import Guided, deviation
from workbench.algorithms.diffusion.nearer import nearer
from workbench.noise import Likelihood
from workbench.parameters import Range
from workbench.priors import Can
from workbench.problem import Problem


@dataclass(frozen=True)
class DiffPIR(Guided):
    """x = argmin_u |A u - y|^2 / (2 sigma^2) + weight |u - D|^2 / (2 s^2), D = E[x | z], z = x + s n.

    Half-quadratic splitting at every level; x given z counts as normal about D with variance s^2 / weight.
    Zhu et al. 2023, doi 10.48550/arXiv.2305.08995.
    """

    formula = (
        r"x = \operatorname{argmin}_u \frac{|Au - y|^2}{2\sigma^2} + \frac{w}{2 s^2} |u - D|^2, \quad D = "
        r"\mathbb{E}[x \mid z]"
    )

    weight: Annotated[float, Range(0.1, 30, log=True, limits=(1e-6, 1e6)), "trust in the denoiser"] = 1.0

    needs = Needs(prior=Can.SCORE, noise=Likelihood.QUADRATIC, linear=True, white=True)

    def estimate(self, problem: Problem, z: Tensor, ratio: float, measured: Constants) -> Tensor:
        c = self.weight * (deviation(problem) / ratio) ** 2
        return nearer(problem, problem.prior.denoise(z, ratio), c)
