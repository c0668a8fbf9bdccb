"""Regularisation by restoration."""

from dataclasses import dataclass, replace
from typing import Annotated

import torch
from torch import Tensor

from workbench.algorithms.base import Algorithm, Constants, Needs, State
from workbench.algorithms.denoiser.strength import Inner, Strength, noise_in_signal
from workbench.algorithms.steps.misfit_prox import descended
from workbench.noise import Likelihood
from workbench.parameters import Range
from workbench.priors import Can
from workbench.problem import Problem
from workbench.tensors import least


@dataclass(frozen=True)
class DRP(Algorithm[State]):
    """z = x + relax (R(H x) - x), x = argmin relax sigma^2 misfit(x) + |x - z|_M^2 / 2, M = H*H + anchor: restoration.

    H is what R undoes, sigma the noise that R expects in H x. At a fixed point grad misfit + M (x - R(H x)) / sigma^2
    = 0; for an R that is a posterior mean and anchor 0 the second term is the slope of -log p of H x with that noise.
    The anchor holds what H does not see, where noise would be fitted else. Hu, Delbracio, Milanfar & Kamilov 2024,
    doi 10.48550/arXiv.2310.01831.
    """

    formula = (
        r"z = x + \text{relax}\,(R(Hx) - x), \quad x \gets \operatorname{argmin} \text{relax}\,\sigma^2 f(x) "
        r"+ \frac12 |x - z|_M^2"
    )

    sigma: Strength = None
    relax: Annotated[float, Range(0.05, 1, limits=(1e-6, 2)), "how far an iterate follows the network"] = 1.0
    anchor: Annotated[float, Range(0, 1, limits=(0, 1e9)), "hold on what the degradation does not see"] = 0.1
    inner: Inner = 20

    needs = Needs(prior=Can.RESTORE, noise=Likelihood.QUADRATIC, linear=True, white=True)
    exact = minimises = False

    def measure(self, problem: Problem) -> Constants:
        return Constants(problem.lipschitz())

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
