"""Gauss-Newton steps that are damped."""

from dataclasses import dataclass, field, replace

import torch
from torch import Tensor

from workbench.algorithms.second_order.descent import Descent, DescentState, begun, tried
from workbench.algorithms.second_order.truncated import CURVED, Inner, promised, truncated
from workbench.linalg import ratio
from workbench.operators import Map
from workbench.problem import Problem
from workbench.tensors import dot, norm2, spread

_FIRST = 1e-3


@dataclass(frozen=True)
class LevenbergMarquardtState(DescentState):
    """And the damping and what it is multiplied by at the next failure, (B,) each."""

    damping: Tensor = field(kw_only=True)
    factor: Tensor = field(kw_only=True)


@dataclass(frozen=True)
class LevenbergMarquardt(Descent[LevenbergMarquardtState]):
    """x <- x + p, (G + mu) p = -grad objective(x), G = J* nll'' J + H_prior, p by conjugate gradients.

    mu falls where the objective falls as the model says, by Nielsen's rule, and grows where it does not; then the step
    is not taken. The objective never rises; quadratic near a minimum that explains the data.
    Levenberg 1944, doi 10.1090/qam/10666; Marquardt 1963, doi 10.1137/0111030.
    """

    formula = r"x \gets x + p, \quad (G + \mu)\, p = -\nabla F(x), \quad G = J^* \ell'' J + H_g"

    inner: Inner = 4

    needs = CURVED

    def init(self, problem: Problem, x: Tensor, rng: torch.Generator) -> LevenbergMarquardtState:
        state = begun(problem, x)
        bend = ratio(dot(state.slope, problem.gauss_newton(x)(state.slope)), norm2(state.slope)).clamp_min(0)
        return LevenbergMarquardtState(**vars(state), damping=_FIRST * bend, factor=torch.full_like(bend, 2.0))

    def step(self, problem: Problem, state: LevenbergMarquardtState, rng: torch.Generator) -> LevenbergMarquardtState:
        model, mu = problem.gauss_newton(state.x), state.damping
        shape = (problem.operator.in_shape, problem.operator.in_shape)

        def shifted(v: Tensor) -> Tensor:
            return model(v) + spread(mu, v) * v

        damped = Map(shape, shifted, shifted, problem.operator.field)
        p = truncated(damped, state, torch.full_like(mu, torch.inf), self.inner)
        after, judged = tried(problem, state, p, promised(damped, state.slope, p))
        better = mu * (1 - (2 * judged.gain.clamp(0, 1) - 1) ** 3).clamp_min(1 / 3)
        least = torch.finfo(mu.dtype).eps * norm2(state.slope).sqrt()
        worse = (mu * state.factor).maximum(least)
        return replace(
            after,
            damping=torch.where(judged.taken, better, worse),
            factor=torch.where(judged.taken, 2.0, 2 * state.factor),
        )
