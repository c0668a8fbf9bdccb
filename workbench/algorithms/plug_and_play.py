"""Plug-and-play: splitting methods whose prox is any denoiser."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Annotated

import torch
from torch import Tensor

from workbench.algorithms.base import Algorithm, Needs, State, Step
from workbench.algorithms.gradient import inverse
from workbench.algorithms.proximal import anchored
from workbench.noise import Likelihood
from workbench.parameters import Range
from workbench.priors import Can
from workbench.problem import Problem

_STRENGTH = "noise that the denoiser takes away, in grey levels of [0, 1]; found from that of the data when empty"
Strength = Annotated[float | None, Range(2e-3, 0.5, log=True, limits=(1e-9, 1e3)), _STRENGTH]
_WARM = "first steps, in which the strength falls from 0.3: they fill what the data leave open"
Warm = Annotated[int, Range(0, 100, limits=(0, 10**6)), _WARM]
Inner = Annotated[int, Range(1, 50, log=True, limits=(1, 1e4)), "conjugate gradients a step, without a closed form"]

FIRST = 0.3  # the most noise that the networks we ship learned


def noise_in_signal(state: State) -> float:
    """sigma / |A|, 1 / sqrt(L): the noise of the data seen as noise of the signal. With it a step 1 / L is sigma^2."""
    return inverse(state.measured["lipschitz"]) ** 0.5


def between(first: float, last: float, part: float) -> float:
    """The strength at a part of the way from `first` to `last`, evenly in the logarithm; nowhere below `last`."""
    return max(first, last) ** (1 - part) * last**part


def warmed(problem: Problem, sigma: float, k: int, warm: int) -> float:
    """The strength of step k: it falls from FIRST to sigma in the first steps; not for proxes, which need no start."""
    return between(FIRST, sigma, k / warm) if k < warm and Can.PROX not in problem.prior.can else sigma


@dataclass(frozen=True)
class PnPPGD(Algorithm):
    """x <- D(x - step grad misfit, sigma): proximal gradient with a denoiser in place of the prox.

    Goes to a fixed point where D - 1 has a Lipschitz constant below 1 and the misfit is strongly convex, or where D is
    averaged, both below 2/L. 1/L and sigma = sqrt(step) are taken when none is given: D a prox, it is ProximalGradient.
    Venkatakrishnan et al. 2013, doi 10.1109/GlobalSIP.2013.6737048; Ryu et al. 2019, doi 10.48550/arXiv.1905.05406.
    """

    sigma: Strength = None
    step_size: Step = None
    warm: Warm = 20

    needs = Needs(prior=Can.DENOISE, noise=Likelihood.GRAD | Likelihood.LIPSCHITZ)
    exact = minimises = False

    def measure(self, problem: Problem) -> Mapping[str, float]:
        return {"lipschitz": problem.lipschitz()}

    def step(self, problem: Problem, state: State, rng: torch.Generator) -> State:
        ahead = state.x - self.current_step(state) * problem.misfit_grad(state.x)
        x = problem.prior.denoise(ahead, warmed(problem, self._last(state), state.k, self.warm))
        return replace(state, x=x, k=state.k + 1)

    def current_step(self, state: State) -> float:
        return inverse(state.measured["lipschitz"]) if self.step_size is None else self.step_size

    def largest_step(self, state: State) -> float | None:
        return 2 / lipschitz if (lipschitz := state.measured["lipschitz"]) else None

    def denoised_at(self, state: State) -> float | None:
        return self._last(state) if state.k >= self.warm else None

    def _last(self, state: State) -> float:
        return self.current_step(state) ** 0.5 if self.sigma is None else self.sigma


@dataclass(frozen=True)
class Plugged(State):
    """The denoised iterate; the least squares before it, and the sum of what was left of their difference."""

    half: Tensor = field(kw_only=True)
    dual: Tensor = field(kw_only=True)


@dataclass(frozen=True)
class PnPADMM(Algorithm):
    """w = argmin misfit(w) + |w - x + u|^2 / (2 sigma^2), x = D(w + u, sigma), u <- u + w - x: ADMM with a denoiser.

    Goes to a fixed point where D - 1 has a Lipschitz constant below 1 and the misfit is strongly convex; with a D that
    expands it may go nowhere. D a prox, it is ADMM at rho = 1 / sigma^2. Closed where A has `gram_inverse`. While
    sigma falls, u / sigma^2 stays.
    Venkatakrishnan et al. 2013, doi 10.1109/GlobalSIP.2013.6737048; Chan, Wang & Elgendy 2017, doi
    10.1109/TCI.2016.2629286; Ryu et al. 2019, doi 10.48550/arXiv.1905.05406.
    """

    sigma: Strength = None
    inner: Inner = 10
    warm: Warm = 20

    needs = Needs(prior=Can.DENOISE, noise=Likelihood.QUADRATIC, linear=True, white=True)
    exact = minimises = False

    def measure(self, problem: Problem) -> Mapping[str, float]:
        return {"lipschitz": problem.lipschitz()}

    def init(self, problem: Problem, x: Tensor, rng: torch.Generator) -> Plugged:
        return Plugged(x, 0, self.measure(problem), half=x, dual=torch.zeros_like(x))

    def step(self, problem: Problem, state: Plugged, rng: torch.Generator) -> Plugged:
        last = self._last(state)
        sigma, following = (warmed(problem, last, k, self.warm) for k in (state.k, state.k + 1))
        weight = 1 / (sigma**2 * problem.noise.lipschitz(problem.y))
        half = anchored(problem, state.half, state.x - state.dual, weight, self.inner)
        x = problem.prior.denoise(half + state.dual, sigma)
        dual = (following / sigma) ** 2 * (state.dual + half - x)
        return replace(state, x=x, half=half, dual=dual, k=state.k + 1)

    def denoised_at(self, state: State) -> float | None:
        return self._last(state) if state.k >= self.warm else None

    def _last(self, state: State) -> float:
        """sqrt(5 / L) when none is given: 1 / sigma^2 is then the penalty that ADMM takes."""
        return 5**0.5 * noise_in_signal(state) if self.sigma is None else self.sigma
