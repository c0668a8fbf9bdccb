"""Plug-and-play: proximal gradient whose prox is any denoiser."""

from dataclasses import dataclass

import torch

from workbench.algorithms.base import State, Step
from workbench.algorithms.denoiser.denoiser_gradient import DenoiserGradient
from workbench.algorithms.denoiser.strength import Strength, Warm, noise_in_signal, warmed
from workbench.algorithms.steps.lengths import searches
from workbench.algorithms.steps.parabola import ParabolaState, advanced, following, wearing
from workbench.problem import Problem
from workbench.tensors import Each, each, times


@dataclass(frozen=True)
class PnPPGD(DenoiserGradient):
    """x <- D(x - step grad misfit, sigma): proximal gradient with a denoiser in place of the prox.

    Goes to a fixed point where D - 1 has a Lipschitz constant below 1 and the misfit is strongly convex, or where D is
    averaged, both below 2/L. 1/L and sigma = sqrt(step) are taken when none is given: D a prox, it is ProximalGradient.
    Where the misfit bends unevenly, L is its bend at hand, which changes less and less, and sigma that of most data.
    Venkatakrishnan et al. 2013, doi 10.1109/GlobalSIP.2013.6737048; Ryu et al. 2019, doi 10.48550/arXiv.1905.05406.
    """

    formula = r"x \gets D(x - \tau \nabla f(x), \sigma)"

    sigma: Strength = None
    step_size: Step = None
    warm: Warm = 20

    def step(self, problem: Problem, state: ParabolaState, rng: torch.Generator) -> ParabolaState:
        denoise, sigma = problem.prior.denoise, warmed(problem, self.strength(state), state.k, self.warm)
        if searches(self.step_size, state):
            return advanced(problem, state, lambda g, r: each(denoise, sigma, state.x - times(r, g)), wearing)[0]
        ahead = state.x - times(self.length(state), problem.misfit_grad(state.x))
        return following(state, each(denoise, sigma, ahead))

    def strength(self, state: State) -> Each:
        if self.sigma is not None:
            return self.sigma
        return noise_in_signal(state) if searches(self.step_size, state) else self.length(state) ** 0.5
