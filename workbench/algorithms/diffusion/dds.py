"""The denoised signal brought nearer to the data in a Krylov space."""

from dataclasses import dataclass
from typing import Annotated

from torch import Tensor

from workbench.algorithms.base import Constants
from workbench.algorithms.diffusion.diff_pir import DiffPIR
from workbench.algorithms.diffusion.guided import Guided, Spread, deviation, left
from workbench.algorithms.diffusion.nearer import krylov
from workbench.algorithms.diffusion.samplers.renoising import Renoising
from workbench.algorithms.diffusion.samplers.sampler import Sampler
from workbench.parameters import Range
from workbench.problem import Problem


@dataclass(frozen=True)
class DDS(Guided):
    """x = D + p, p a few conjugate gradients on (A*A + sigma^2 / v) p = A*(y - A D), D = E[x | z].

    v = s^2 spread^2 / (s^2 + spread^2), what z leaves of the variance of white signals. In a Krylov space the estimate
    stays near D where the data say little. Any linear operator, the cost of a step known. The paper's sampler ends
    nearer to the posterior's mean than a sample is; with DDIM it ends at a sample.
    Chung et al. 2024, doi 10.48550/arXiv.2303.05754.
    """

    formula = r"x = D + p, \quad (A^*A + \sigma^2 / v)\, p = A^*(y - A D), \quad D = \mathbb{E}[x \mid z]"

    sampler: Annotated[Sampler, "from one level to the next"] = Renoising()
    krylov: Annotated[int, Range(1, 20, limits=(1, 1000)), "conjugate gradients a step"] = 5
    spread: Spread = 0.3

    needs = DiffPIR.needs

    def estimate(self, problem: Problem, z: Tensor, ratio: float, measured: Constants) -> Tensor:
        c = deviation(problem) ** 2 / left(ratio, self.spread)
        return krylov(problem, problem.prior.denoise(z, ratio), c, self.krylov)
