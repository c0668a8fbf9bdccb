"""Regularisation by denoising."""

from dataclasses import dataclass

import torch

from workbench.algorithms.base import State, Step
from workbench.algorithms.denoiser.denoiser_gradient import DenoiserGradient
from workbench.algorithms.denoiser.pnp_hqs import Trust
from workbench.algorithms.denoiser.strength import Strength, Warm, noise_in_signal, warmed
from workbench.algorithms.steps.lengths import found_step, searches
from workbench.algorithms.steps.parabola import ParabolaState, advanced, following, wearing
from workbench.problem import Problem
from workbench.tensors import Each, each, least, times


@dataclass(frozen=True)
class RED(DenoiserGradient):
    """x <- x - step (grad misfit + weight / sigma^2 (x - D(x, sigma))): what the denoiser takes away as a gradient.

    At weight 1 it is the gradient of -log p of the signal with noise sigma where D is a posterior mean, of the Moreau
    envelope of g where D is its prox; of nothing where the Jacobian of D is not symmetric. Goes to a fixed point below
    2 / (L + weight / sigma^2) where D - 1 does not expand; half of that is taken when none is given, L as in PnPPGD.
    Romano, Elad & Milanfar 2017, doi 10.1137/16M1102884; Reehorst & Schniter 2019, doi 10.1109/TCI.2018.2880326.
    """

    formula = r"x \gets x - \tau \left(\nabla f(x) + \frac{w}{\sigma^2} (x - D(x, \sigma))\right)"

    sigma: Strength = None
    weight: Trust = 0.25
    step_size: Step = None
    warm: Warm = 40

    def step(self, problem: Problem, state: ParabolaState, rng: torch.Generator) -> ParabolaState:
        x, beside = state.x, self._beside(state)
        taken = x - each(problem.prior.denoise, warmed(problem, self.strength(state), state.k, self.warm), x)
        pull = times(beside, taken)
        if searches(self.step_size, state):
            return advanced(problem, state, lambda g, r: x - times(1 / (1 / r + beside), g + pull), wearing)[0]
        return following(state, x - times(self.length(state), problem.misfit_grad(x) + pull))

    def largest_step(self, state: State) -> float | None:
        bend = state.measured.lipschitz
        return None if bend is None or searches(self.step_size, state) else least(2 / (bend + self._beside(state)))

    def strength(self, state: State) -> Each:
        return noise_in_signal(state) if self.sigma is None else self.sigma

    def _beside(self, state: State) -> Each:
        """weight / sigma^2, the bend of what the denoiser takes away."""
        return self.weight / self.strength(state) ** 2

    def length(self, state: State) -> Each:
        return 1 / (1 / found_step(state) + self._beside(state)) if self.step_size is None else self.step_size
