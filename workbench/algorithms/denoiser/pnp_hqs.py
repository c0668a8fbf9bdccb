"""Plug-and-play half-quadratic splitting: a denoiser that is told less and less noise."""

from dataclasses import dataclass, field, replace
from typing import Annotated

import torch
from torch import Tensor

from workbench.algorithms.base import Algorithm, Constants, Needs, State
from workbench.algorithms.denoiser.strength import FIRST, Inner, Strength, between, noise_in_signal
from workbench.algorithms.steps.misfit_prox import anchored, each
from workbench.noise import Likelihood
from workbench.parameters import Range
from workbench.priors import Can
from workbench.problem import Problem
from workbench.tensors import Each

Trust = Annotated[float, Range(0.01, 10, log=True, limits=(1e-9, 1e9)), "weight of the prior against the misfit"]


@dataclass(frozen=True)
class PnPHQSState(State):
    """The denoised iterate; the least squares before it; how many levels of noise are done."""

    half: Tensor = field(kw_only=True)
    level: int = field(kw_only=True, default=0)


@dataclass(frozen=True)
class PnPHQS(Algorithm[PnPHQSState]):
    """w = argmin misfit(w) + weight |w - x|^2 / (2 sigma_k^2), x = D(w, sigma_k), sigma_k falling to sigma: DPIR.

    The levels are evenly spaced in log sigma, from `first` to `sigma`, and the run ends with them: what it reaches is
    no fixed point. The least squares are closed where A has `gram_inverse`. A changed problem begins the levels anew.
    Zhang et al. 2021, doi 10.1109/TPAMI.2021.3088914.
    """

    formula = (
        r"w = \operatorname{argmin} f(w) + \frac{w_g}{2\sigma_k^2} |w - x|^2, \quad x \gets D(w, \sigma_k), "
        r"\quad \sigma_k \searrow \sigma"
    )

    sigma: Strength = None
    first: Annotated[float, Range(0.05, 1, log=True, limits=(1e-9, 1e3)), "sigma of the first level"] = FIRST
    levels: Annotated[int, Range(1, 100, log=True, limits=(1, 1e6)), "number of levels"] = 20
    weight: Trust = 0.2
    inner: Inner = 20

    restarts = True
    needs = Needs(prior=Can.DENOISE, noise=Likelihood.QUADRATIC, linear=True, white=True)
    exact = minimises = False

    def measure(self, problem: Problem) -> Constants:
        return Constants(problem.lipschitz())

    def init(self, problem: Problem, x: Tensor, rng: torch.Generator) -> PnPHQSState:
        return PnPHQSState(x, 0, self.measure(problem), half=x)

    def step(self, problem: Problem, state: PnPHQSState, rng: torch.Generator) -> PnPHQSState:
        sigma = self.level_of(state)
        penalty = self.weight / (sigma**2 * problem.noise.lipschitz(problem.y))
        half = anchored(problem, state.half, state.x, penalty, self.inner)
        x = each(problem.prior.denoise, sigma, half)
        return replace(state, x=x, half=half, level=state.level + 1, k=state.k + 1)

    def done(self, state: State) -> bool:
        return isinstance(state, PnPHQSState) and state.level >= self.levels

    def level_of(self, state: PnPHQSState) -> Each:
        """The sigma of the next step; after the last level that of the last one."""
        last = noise_in_signal(state) if self.sigma is None else self.sigma
        part = 1.0 if self.levels == 1 else min(state.level / (self.levels - 1), 1.0)
        return between(self.first, last, part)
