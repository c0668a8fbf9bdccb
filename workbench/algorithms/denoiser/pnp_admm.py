"""Plug-and-play: ADMM whose prox is any denoiser."""

from dataclasses import dataclass, field, replace

import torch
from torch import Tensor

from workbench.algorithms.base import Algorithm, Constants, Needs, State
from workbench.algorithms.denoiser.strength import Inner, Strength, Warm, noise_in_signal, warmed
from workbench.algorithms.steps.misfit_prox import anchored, each
from workbench.noise import Likelihood
from workbench.priors import Can
from workbench.problem import Problem
from workbench.tensors import Each, least, times


@dataclass(frozen=True)
class PnPADMMState(State):
    """The denoised iterate; the least squares before it, and the sum of what was left of their difference."""

    half: Tensor = field(kw_only=True)
    dual: Tensor = field(kw_only=True)


@dataclass(frozen=True)
class PnPADMM(Algorithm[PnPADMMState]):
    """w = argmin misfit(w) + |w - x + u|^2 / (2 sigma^2), x = D(w + u, sigma), u <- u + w - x: ADMM with a denoiser.

    Goes to a fixed point where D - 1 has a Lipschitz constant below 1 and the misfit is strongly convex; with a D that
    expands it may go nowhere. D a prox, it is plain ADMM at rho = 1 / sigma^2. Closed where A has `gram_inverse`. While
    sigma falls, u / sigma^2 stays.
    Venkatakrishnan et al. 2013, doi 10.1109/GlobalSIP.2013.6737048; Chan, Wang & Elgendy 2017, doi
    10.1109/TCI.2016.2629286; Ryu et al. 2019, doi 10.48550/arXiv.1905.05406.
    """

    formula = r"w = \operatorname{prox}_{\sigma^2 f}(x - u), \quad x \gets D(w + u, \sigma), \quad u \gets u + w - x"

    sigma: Strength = None
    inner: Inner = 10
    warm: Warm = 20

    needs = Needs(prior=Can.DENOISE, noise=Likelihood.QUADRATIC, linear=True, white=True)
    exact = minimises = False

    def measure(self, problem: Problem) -> Constants:
        return Constants(problem.lipschitz())

    def init(self, problem: Problem, x: Tensor, rng: torch.Generator) -> PnPADMMState:
        return PnPADMMState(x, 0, self.measure(problem), half=x, dual=torch.zeros_like(x))

    def step(self, problem: Problem, state: PnPADMMState, rng: torch.Generator) -> PnPADMMState:
        last = self._last(state)
        sigma, following = (warmed(problem, last, k, self.warm) for k in (state.k, state.k + 1))
        weight = 1 / (sigma**2 * problem.noise.lipschitz(problem.y))
        half = anchored(problem, state.half, state.x - state.dual, weight, self.inner)
        x = each(problem.prior.denoise, sigma, half + state.dual)
        dual = times((following / sigma) ** 2, state.dual + half - x)
        return replace(state, x=x, half=half, dual=dual, k=state.k + 1)

    def denoised_at(self, state: State) -> float | None:
        return least(self._last(state)) if state.k >= self.warm else None

    def _last(self, state: State) -> Each:
        """sqrt(5 / L) when none is given: 1 / sigma^2 is then a penalty of a fifth of the misfit's bend."""
        return 5**0.5 * noise_in_signal(state) if self.sigma is None else self.sigma
