"""Regularisation by denoising, and by restoration."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Annotated

import torch
from torch import Tensor

from workbench.algorithms.annealed import Trust
from workbench.algorithms.base import Algorithm, Needs, State, Step
from workbench.algorithms.gradient import GradientMethod, found_step, searches
from workbench.algorithms.parabola import Bent, advanced, following, wearing
from workbench.algorithms.plug_and_play import Inner, Strength, Warm, noise_in_signal, seen, warmed
from workbench.algorithms.proximal import descended, each
from workbench.noise import Likelihood
from workbench.parameters import Range
from workbench.priors import Can
from workbench.problem import Problem
from workbench.tensors import Each, least, times


@dataclass(frozen=True)
class RED(GradientMethod):
    """x <- x - step (grad misfit + weight / sigma^2 (x - D(x, sigma))): what the denoiser takes away as a gradient.

    At weight 1 it is the gradient of -log p of the signal with noise sigma where D is a posterior mean, of the Moreau
    envelope of g where D is its prox; of nothing where the Jacobian of D is not symmetric. Goes to a fixed point below
    2 / (L + weight / sigma^2) where D - 1 does not expand; half of that is taken when none is given, L as in PnPPGD.
    Romano, Elad & Milanfar 2017, doi 10.1137/16M1102884; Reehorst & Schniter 2019, doi 10.1109/TCI.2018.2880326.
    """

    sigma: Strength = None
    weight: Trust = 0.25
    step_size: Step = None
    warm: Warm = 40

    needs = Needs(prior=Can.DENOISE, noise=Likelihood.GRAD)
    exact = minimises = False

    @property
    def given(self) -> float | None:
        return self.step_size

    def measure(self, problem: Problem) -> Mapping[str, Each]:
        return seen(problem)

    def step(self, problem: Problem, state: Bent, rng: torch.Generator) -> Bent:
        x, beside = state.x, self._beside(state)
        taken = x - each(problem.prior.denoise, warmed(problem, self._last(state), state.k, self.warm), x)
        pull = times(beside, taken)
        if searches(self.step_size, state):
            return advanced(problem, state, lambda g, r: x - times(1 / (1 / r + beside), g + pull), wearing)[0]
        return following(state, x - times(self.length(state), problem.misfit_grad(x) + pull))

    def largest_step(self, state: State) -> float | None:
        known = "lipschitz" in state.measured and not searches(self.step_size, state)
        return least(2 / (state.measured["lipschitz"] + self._beside(state))) if known else None

    def denoised_at(self, state: State) -> float | None:
        return least(self._last(state)) if state.k >= self.warm else None

    def _last(self, state: State) -> Each:
        return noise_in_signal(state) if self.sigma is None else self.sigma

    def _beside(self, state: State) -> Each:
        """weight / sigma^2, the bend of what the denoiser takes away."""
        return self.weight / self._last(state) ** 2

    def length(self, state: State) -> Each:
        return 1 / (1 / found_step(state) + self._beside(state)) if self.step_size is None else self.step_size


@dataclass(frozen=True)
class DRP(Algorithm):
    """z = x + relax (R(H x) - x), x = argmin relax sigma^2 misfit(x) + |x - z|_M^2 / 2, M = H*H + anchor: restoration.

    H is what R undoes, sigma the noise that R expects in H x. At a fixed point grad misfit + M (x - R(H x)) / sigma^2
    = 0; for an R that is a posterior mean and anchor 0 the second term is the slope of -log p of H x with that noise.
    The anchor holds what H does not see, where noise would be fitted else. Hu, Delbracio, Milanfar & Kamilov 2024,
    doi 10.48550/arXiv.2310.01831.
    """

    sigma: Strength = None
    relax: Annotated[float, Range(0.05, 1, limits=(1e-6, 2)), "how far an iterate follows the network"] = 1.0
    anchor: Annotated[float, Range(0, 1, limits=(0, 1e9)), "hold on what the degradation does not see"] = 0.1
    inner: Inner = 20

    needs = Needs(prior=Can.RESTORE, noise=Likelihood.QUADRATIC, linear=True, white=True)
    exact = minimises = False

    def measure(self, problem: Problem) -> Mapping[str, Each]:
        return {"lipschitz": problem.lipschitz()}

    def step(self, problem: Problem, state: State, rng: torch.Generator) -> State:
        A, H = problem.operator.at(state.x), problem.prior.degradation(problem.operator.in_shape)
        sigma = least(noise_in_signal(state)) if self.sigma is None else self.sigma
        assert sigma is not None
        weight = self.relax * sigma**2 * problem.noise.lipschitz(problem.y)
        z = state.x + self.relax * (problem.prior.restore(H(state.x)) - state.x)
        b = weight * A.adjoint(problem.y) + H.adjoint(H(z)) + self.anchor * z

        def hessian(v: Tensor) -> Tensor:
            return weight * A.adjoint(A(v)) + H.adjoint(H(v)) + self.anchor * v

        # From z: what neither A nor H sees stays as the network drew it, with no anchor too.
        return replace(state, x=descended(hessian, b, z, self.inner), k=state.k + 1)
