"""Restoration by diffusion in the basis of the operator's singular vectors."""

from dataclasses import dataclass
from typing import Annotated

import torch
from torch import Tensor

from workbench.algorithms.base import Needs
from workbench.algorithms.diffusion.base import Diffusion, DiffusionState
from workbench.algorithms.diffusion.guided import deviation
from workbench.algorithms.diffusion.nearer import back, linear
from workbench.algorithms.diffusion.samplers.sampler import Move
from workbench.algorithms.diffusion.schedules.schedule import Level
from workbench.algorithms.diffusion.spectral import UNKNOWN, spectral, unknown
from workbench.noise import Likelihood
from workbench.parameters import Range
from workbench.priors import Can
from workbench.problem import Problem
from workbench.tensors import normal_like


@dataclass(frozen=True)
class DDRM(Diffusion):
    """Each singular vector by itself: from the data where its noise is below the level s', else from D = E[x | z].

    With the data's noise t = sigma / singular value: z' ~ N(D + b (y - D), s'^2 - b^2 t^2), b = eta_data, where
    t <= s'; N(D + r s' (y - D) / t, (eta s')^2) where t > s', r = sqrt(1 - eta^2); N(D + r s' (z - D) / s, (eta s')^2)
    where nothing is seen. A sampler of its own, for few levels: every new noise costs some variance.
    Kawar et al. 2022, doi 10.48550/arXiv.2201.11793.
    """

    formula = (
        r"x = V\left(\text{data where } \sigma / s_i < s', \text{ else } V^* D\right), \quad D = \mathbb{E}[x "
        r"\mid z]"
    )

    eta: Annotated[float, Range(0, 1, limits=(0, 1)), "share of the noise that is new"] = 0.85
    eta_data: Annotated[float, Range(0, 1, limits=(0, 1)), "share of the data where they say more than the level"] = 1.0

    levels: Annotated[int, Range(5, 1000, log=True, limits=(1, 100_000)), "steps from noise to sample"] = 20

    needs = Needs(prior=Can.SCORE, noise=Likelihood.QUADRATIC, linear=True, white=True, also=(UNKNOWN,))

    def lacks(self, problem: Problem) -> str:
        return super().lacks(problem) or unknown(problem)

    def advance(
        self, problem: Problem, state: DiffusionState, levels: tuple[Level, Level], rng: torch.Generator
    ) -> Move:
        z, (old, new) = state.noisy, (level.ratio for level in levels)
        x, sigma = problem.prior.denoise(z, old), deviation(problem)
        modes, kept = spectral(linear(problem), x), (1 - self.eta**2) ** 0.5

        def gain(values: Tensor) -> Tensor:  # times A*(y - A D): the singular values divide once more
            seen = new * values.sqrt() >= sigma
            return torch.where(seen, self.eta_data, kept * new / sigma * values.sqrt()) / values

        def fresh(values: Tensor) -> Tensor:
            rest = (new**2 - (self.eta_data * sigma) ** 2 / values).clamp_min(0).sqrt()
            return torch.where(new * values.sqrt() >= sigma, rest, self.eta * new)

        pull = modes(gain, back(problem, x))
        unseen = modes(torch.zeros_like, z - x, free=kept * new / old)
        return Move(x + pull + unseen + modes(fresh, normal_like(z, rng), free=self.eta * new), x)
