"""Plug-and-play: splitting methods whose prox is any denoiser."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Annotated

import torch
from torch import Tensor

from workbench.algorithms.base import Algorithm, Needs, State, Step
from workbench.algorithms.gradient import GradientMethod, bends, inverse, searches
from workbench.algorithms.parabola import Bent, advanced, following, wearing
from workbench.algorithms.proximal import anchored, each
from workbench.algorithms.scales import typical_curvature
from workbench.noise import Likelihood
from workbench.parameters import Range
from workbench.priors import Can
from workbench.problem import Problem
from workbench.tensors import Each, each_of, larger, least, times

_STRENGTH = "noise that the denoiser takes away, in grey levels of [0, 1]; found from that of the data when empty"
Strength = Annotated[float | None, Range(2e-3, 0.5, log=True, limits=(1e-9, 1e3)), _STRENGTH]
_WARM = "first steps, in which the strength falls from 0.3: they fill what the data leave open"
Warm = Annotated[int, Range(0, 100, limits=(0, 10**6)), _WARM]
Inner = Annotated[int, Range(1, 50, log=True, limits=(1, 1e4)), "conjugate gradients a step, without a closed form"]

FIRST = 0.3  # the most noise that the networks we ship learned


def seen(problem: Problem) -> Mapping[str, Each]:
    """Lipschitz constants, as `bends` has them; "typical", the bend that most data see, where it is uneven."""
    typical = {} if problem.bends_evenly else {"typical": each_of(typical_curvature(problem))}
    return {**bends(problem), **typical}


def noise_in_signal(state: State) -> Each:
    """sigma / |A|, 1 / sqrt(L): the noise of the data seen as noise of the signal. With it a step 1 / L is sigma^2."""
    measured = state.measured
    return inverse(measured["typical"] if "typical" in measured else measured["lipschitz"]) ** 0.5


def between(first: float, last: Each, part: float) -> Each:
    """The strength at a part of the way from `first` to `last`, evenly in the logarithm; nowhere below `last`."""
    return larger(first, last) ** (1 - part) * last**part


def warmed(problem: Problem, sigma: Each, k: int, warm: int) -> Each:
    """The strength of step k: it falls from FIRST to sigma in the first steps; not for proxes, which need no start."""
    return between(FIRST, sigma, k / warm) if k < warm and Can.PROX not in problem.prior.can else sigma


@dataclass(frozen=True)
class PnPPGD(GradientMethod):
    """x <- D(x - step grad misfit, sigma): proximal gradient with a denoiser in place of the prox.

    Goes to a fixed point where D - 1 has a Lipschitz constant below 1 and the misfit is strongly convex, or where D is
    averaged, both below 2/L. 1/L and sigma = sqrt(step) are taken when none is given: D a prox, it is ProximalGradient.
    Where the misfit bends unevenly, L is its bend at hand, which changes less and less, and sigma that of most data.
    Venkatakrishnan et al. 2013, doi 10.1109/GlobalSIP.2013.6737048; Ryu et al. 2019, doi 10.48550/arXiv.1905.05406.
    """

    sigma: Strength = None
    step_size: Step = None
    warm: Warm = 20

    needs = Needs(prior=Can.DENOISE, noise=Likelihood.GRAD)
    exact = minimises = False

    @property
    def given(self) -> float | None:
        return self.step_size

    def measure(self, problem: Problem) -> Mapping[str, Each]:
        return seen(problem)

    def step(self, problem: Problem, state: Bent, rng: torch.Generator) -> Bent:
        denoise, sigma = problem.prior.denoise, warmed(problem, self._last(state), state.k, self.warm)
        if searches(self.step_size, state):
            return advanced(problem, state, lambda g, r: each(denoise, sigma, state.x - times(r, g)), wearing)[0]
        ahead = state.x - times(self.length(state), problem.misfit_grad(state.x))
        return following(state, each(denoise, sigma, ahead))

    def denoised_at(self, state: State) -> float | None:
        return least(self._last(state)) if state.k >= self.warm else None

    def _last(self, state: State) -> Each:
        if self.sigma is not None:
            return self.sigma
        return noise_in_signal(state) if searches(self.step_size, state) else self.length(state) ** 0.5


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

    def measure(self, problem: Problem) -> Mapping[str, Each]:
        return {"lipschitz": problem.lipschitz()}

    def init(self, problem: Problem, x: Tensor, rng: torch.Generator) -> Plugged:
        return Plugged(x, 0, self.measure(problem), half=x, dual=torch.zeros_like(x))

    def step(self, problem: Problem, state: Plugged, rng: torch.Generator) -> Plugged:
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
