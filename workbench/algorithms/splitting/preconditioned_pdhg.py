"""The primal-dual hybrid gradient method in the metric of a preconditioner."""

from dataclasses import dataclass, field, replace
from typing import Annotated

import torch
from torch import Tensor

from workbench.algorithms.base import Algorithm, Constants, Needs, Step
from workbench.algorithms.steps.lengths import inverse
from workbench.algorithms.steps.metric import MetricState, fit, symmetric
from workbench.algorithms.steps.scales import split_scales
from workbench.noise import Likelihood
from workbench.operators import LinearOperator
from workbench.preconditioners import Diagonal, Preconditioner
from workbench.priors import Can
from workbench.problem import Problem
from workbench.tensors import Each, each, least, times

_SAFETY = 0.95
_DATA = 0.2  # share of the data in the dual steps, as in PDHG


@dataclass(frozen=True)
class PreconditionedPDHGConstants(Constants):
    """Both dual steps times the primal one, that one, and the largest eigenvalue of P M."""

    of_data: Each = field(kw_only=True)
    of_prior: Each = field(kw_only=True)
    step: Each = field(kw_only=True)


@dataclass(frozen=True)
class PreconditionedPDHGState(MetricState):
    """The extrapolated iterate, the dual of the data and that of the prior."""

    measured: PreconditionedPDHGConstants = field(kw_only=True)
    ahead: Tensor = field(kw_only=True)
    data: Tensor = field(kw_only=True)
    dual: Tensor = field(kw_only=True)

    def duals(self) -> tuple[Tensor | None, Tensor | None]:
        return self.data, self.dual


@dataclass(frozen=True)
class PreconditionedPDHG(Algorithm[PreconditionedPDHGState]):
    """min nll(A x) + outer(K x): p <- prox of s nll*, q <- prox of r outer*, then x <- x - step P (A* p + K* q).

    The duals see 2 x - x before. P is near the inverse of M = s A*A + r K*K and scaled so that P M <= 0.95, which is
    what convergence asks for. The diagonal one gives every pixel a step of its own.
    Pock & Chambolle 2011, doi 10.1109/ICCV.2011.6126441.
    """

    formula = r"q \gets \operatorname{prox}_{r h^*}(q + r K \bar x), \quad x \gets x - \tau P (A^* p + K^* q)"

    preconditioner: Annotated[Preconditioner, "the metric of the primal step"] = Diagonal()
    step_size: Step = None

    needs = Needs(prior=Can.SPLIT, noise=Likelihood.PROX, linear=True, mapped=True)

    def measure(self, problem: Problem) -> PreconditionedPDHGConstants:
        return self._prepared(problem)[1]

    def init(self, problem: Problem, x: Tensor, rng: torch.Generator) -> PreconditionedPDHGState:
        fitted, measured = self._prepared(problem)
        data = torch.zeros_like(problem.y)
        dual = torch.zeros_like(problem.prior.linear(problem.operator.in_shape)(x))
        return PreconditionedPDHGState(x, measured=measured, fitted=fitted, ahead=x, data=data, dual=dual)

    def step(self, problem: Problem, state: PreconditionedPDHGState, rng: torch.Generator) -> PreconditionedPDHGState:
        A, K = problem.operator.at(state.x), problem.prior.linear(problem.operator.in_shape)
        step, measured = self._step(state), state.measured
        s, r = measured.of_data / step, measured.of_prior / step
        v = times(1 / s, state.data) + A(state.ahead)
        data = times(s, v - each(problem.noise.prox, 1 / s, v, problem.y))
        dual = each(problem.prior.outer.conjugate_prox, r, state.dual + times(r, K(state.ahead)))
        slope = A.adjoint(data) + K.adjoint(dual)
        move = self.preconditioner.apply(state.fitted, _metric(problem, measured.of_data, measured.of_prior), slope)
        x = state.x - times(_SAFETY * step * inverse(measured.lipschitz), move)
        return replace(state, x=x, ahead=2 * x - state.x, data=data, dual=dual, k=state.k + 1)

    def adapt(self, problem: Problem, state: PreconditionedPDHGState) -> PreconditionedPDHGState:
        fresh = self.init(problem, state.x, torch.Generator())
        if fresh.dual.shape != state.dual.shape:
            return replace(fresh, k=state.k)
        return replace(state, measured=fresh.measured, fitted=fresh.fitted)

    def current_step(self, state: PreconditionedPDHGState) -> float | None:
        return least(self._step(state))

    def _step(self, state: PreconditionedPDHGState) -> Each:
        return state.measured.step if self.step_size is None else self.step_size

    def _prepared(self, problem: Problem) -> tuple[Tensor, PreconditionedPDHGConstants]:
        scales = split_scales(problem)
        s, r = _DATA * inverse(scales.operator**2), (1 - _DATA) * inverse(scales.linear**2)
        fitted, bend = fit(self.preconditioner, _metric(problem, s, r), problem.zeros())
        return fitted, PreconditionedPDHGConstants(bend, of_data=s, of_prior=r, step=scales.step)


def _metric(problem: Problem, s: Each, r: Each) -> LinearOperator:
    A, K = problem.operator.at(problem.zeros()), problem.prior.linear(problem.operator.in_shape)
    return symmetric(problem, lambda v: times(s, A.adjoint(A(v))) + times(r, K.adjoint(K(v))))
