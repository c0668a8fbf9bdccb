"""Gradient descent, conjugate gradients and PDHG in the metric of a preconditioner."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Annotated

import torch
from torch import Tensor

from workbench.algorithms.base import Algorithm, Needs, State, Step, lacks_prior_bend
from workbench.algorithms.gradient import found_step, inverse, safe_step
from workbench.algorithms.proximal import each
from workbench.algorithms.scales import split_scales
from workbench.noise import Likelihood
from workbench.operators import LinearOperator, Map
from workbench.preconditioners import Circulant, Diagonal, Preconditioner
from workbench.preconditioners.base import largest
from workbench.priors import Can, Zero
from workbench.problem import Problem
from workbench.tensors import Each, dot, each_of, least, norm2, real_of, spread, times

_SAFETY = 0.95
_HELD = "a prior that holds what the data do not see"
_DATA = 0.2  # share of the data in the dual steps, as in PDHG


@dataclass(frozen=True)
class Fitted(State):
    """The iterate, and what the preconditioner knows of the Hessian."""

    fitted: Tensor = field(kw_only=True)


@dataclass(frozen=True)
class PreconditionedGradient(Algorithm):
    """x <- x - step P (grad misfit + grad prior), P near the inverse of a majorant M of every Hessian.

    Stable below 2/L, L the largest eigenvalue of P M, by Lanczos; 1/L is taken when none is given. M is the
    Hessian where it is constant.
    Axelsson 1994, doi 10.1017/CBO9780511624100.
    """

    preconditioner: Annotated[Preconditioner, "what the gradient is multiplied by"] = Circulant()
    step_size: Step = None

    needs = Needs(prior=Can.GRAD, noise=Likelihood.GRAD | Likelihood.LIPSCHITZ, linear=True, also=(_HELD,))

    def lacks(self, problem: Problem) -> str:
        return super().lacks(problem) or lacks_prior_bend(problem) or unheld(problem)

    def measure(self, problem: Problem) -> Mapping[str, Each]:
        return _learn(self.preconditioner, majorant(problem), problem.zeros())[1]

    def init(self, problem: Problem, x: Tensor, rng: torch.Generator) -> Fitted:
        fitted, measured = _learn(self.preconditioner, majorant(problem), x)
        return Fitted(x, 0, measured, fitted=fitted)

    def step(self, problem: Problem, state: Fitted, rng: torch.Generator) -> Fitted:
        slope = problem.misfit_grad(state.x) + problem.prior.grad(state.x)
        move = self.preconditioner.apply(state.fitted, majorant(problem), slope)
        return replace(state, x=state.x - times(self._step(state), move), k=state.k + 1)

    def adapt(self, problem: Problem, state: Fitted) -> Fitted:
        return replace(self.init(problem, state.x, torch.Generator()), k=state.k)

    def current_step(self, state: State) -> float | None:
        return least(self._step(state))

    def largest_step(self, state: State) -> float | None:
        return safe_step(state, self.step_size)

    def _step(self, state: State) -> Each:
        return found_step(state, self.step_size)


@dataclass(frozen=True)
class FittedConjugate(Fitted):
    """The residual b - H x, the search direction, <r, P r>, and the |r|^2 that rounding leaves, (B,) each."""

    residual: Tensor = field(kw_only=True)
    direction: Tensor = field(kw_only=True)
    rho: Tensor = field(kw_only=True)
    floor: Tensor = field(kw_only=True)


@dataclass(frozen=True)
class PreconditionedCG(Algorithm):
    """Conjugate gradients in the metric of P: H x = b, the normal equations of Gaussian noise and a quadratic prior.

    Needs about sqrt(condition of P H) steps: one where P = H^-1. Each item rests once its residual is below rounding.
    Concus, Golub, O'Leary 1976, doi 10.1016/B978-0-12-141050-6.50023-4.
    """

    preconditioner: Annotated[Preconditioner, "what residuals are multiplied by"] = Circulant()

    needs = Needs(prior=Can.QUADRATIC, noise=Likelihood.QUADRATIC | Likelihood.GRAD, linear=True, also=(_HELD,))

    def lacks(self, problem: Problem) -> str:
        return super().lacks(problem) or unheld(problem)

    def init(self, problem: Problem, x: Tensor, rng: torch.Generator) -> FittedConjugate:
        hessian = problem.gauss_newton(x)
        fitted = self.preconditioner.fit(hessian, x)
        r = -problem.misfit_grad(x) - problem.prior.grad(x)
        z = self.preconditioner.apply(fitted, hessian, r)
        b = problem.misfit_grad(torch.zeros_like(x)) + problem.prior.grad(torch.zeros_like(x))
        floor = torch.finfo(x.dtype).eps ** 2 * norm2(b)
        return FittedConjugate(x, 0, {}, fitted=fitted, residual=r, direction=z, rho=dot(r, z), floor=floor)

    def step(self, problem: Problem, state: FittedConjugate, rng: torch.Generator) -> FittedConjugate:
        hessian = problem.gauss_newton(state.x)
        r, p, rho = state.residual, state.direction, state.rho
        active = norm2(r) > state.floor
        q = hessian(p)
        step = spread(_ratio(rho, dot(p, q), active), p)
        x, r = state.x + step * p, r - step * q
        z = self.preconditioner.apply(state.fitted, hessian, r)
        new = dot(r, z)
        p = z + spread(_ratio(new, rho, active), z) * p
        return replace(state, x=x, residual=r, direction=p, rho=new, k=state.k + 1)

    def adapt(self, problem: Problem, state: FittedConjugate) -> FittedConjugate:
        return replace(self.init(problem, state.x, torch.Generator()), k=state.k)

    def done(self, state: FittedConjugate) -> bool:
        return state.k % 10 == 0 and bool((norm2(state.residual) <= state.floor).all())


@dataclass(frozen=True)
class FittedPrimalDual(Fitted):
    """The extrapolated iterate, the dual of the data and that of the prior."""

    ahead: Tensor = field(kw_only=True)
    data: Tensor = field(kw_only=True)
    dual: Tensor = field(kw_only=True)

    def duals(self) -> tuple[Tensor | None, Tensor | None]:
        return self.data, self.dual


@dataclass(frozen=True)
class PreconditionedPDHG(Algorithm):
    """min nll(A x) + outer(K x): p <- prox of s nll*, q <- prox of r outer*, then x <- x - step P (A* p + K* q).

    The duals see 2 x - x before. P is near the inverse of M = s A*A + r K*K and scaled so that P M <= 0.95, which is
    what convergence asks for. The diagonal one gives every pixel a step of its own.
    Pock & Chambolle 2011, doi 10.1109/ICCV.2011.6126441.
    """

    preconditioner: Annotated[Preconditioner, "the metric of the primal step"] = Diagonal()
    step_size: Step = None

    needs = Needs(prior=Can.SPLIT, noise=Likelihood.PROX, linear=True, mapped=True)

    def measure(self, problem: Problem) -> Mapping[str, Each]:
        return self._prepared(problem)[1]

    def init(self, problem: Problem, x: Tensor, rng: torch.Generator) -> FittedPrimalDual:
        fitted, measured = self._prepared(problem)
        data = torch.zeros_like(problem.y)
        dual = torch.zeros_like(problem.prior.linear(problem.operator.in_shape)(x))
        return FittedPrimalDual(x, 0, measured, fitted=fitted, ahead=x, data=data, dual=dual)

    def step(self, problem: Problem, state: FittedPrimalDual, rng: torch.Generator) -> FittedPrimalDual:
        A, K = problem.operator.at(state.x), problem.prior.linear(problem.operator.in_shape)
        step, measured = self._step(state), state.measured
        s, r = measured["s"] / step, measured["r"] / step
        v = times(1 / s, state.data) + A(state.ahead)
        data = times(s, v - each(problem.noise.prox, 1 / s, v, problem.y))
        dual = each(problem.prior.outer.conjugate_prox, r, state.dual + times(r, K(state.ahead)))
        slope = A.adjoint(data) + K.adjoint(dual)
        move = self.preconditioner.apply(state.fitted, _metric(problem, measured), slope)
        x = state.x - times(_SAFETY * step * inverse(measured["lipschitz"]), move)
        return replace(state, x=x, ahead=2 * x - state.x, data=data, dual=dual, k=state.k + 1)

    def adapt(self, problem: Problem, state: FittedPrimalDual) -> FittedPrimalDual:
        fresh = self.init(problem, state.x, torch.Generator())
        if fresh.dual.shape != state.dual.shape:
            return replace(fresh, k=state.k)
        return replace(state, measured=fresh.measured, fitted=fresh.fitted)

    def current_step(self, state: State) -> float | None:
        return least(self._step(state))

    def _step(self, state: State) -> Each:
        return state.measured["step"] if self.step_size is None else self.step_size

    def _prepared(self, problem: Problem) -> tuple[Tensor, Mapping[str, Each]]:
        scales = split_scales(problem)
        shares = {
            "s": _DATA * inverse(scales["operator"] ** 2),
            "r": (1 - _DATA) * inverse(scales["linear"] ** 2),
            "step": scales["step"],
        }
        fitted, measured = _learn(self.preconditioner, _metric(problem, shares), problem.zeros())
        return fitted, {**shares, **measured}


def unheld(problem: Problem) -> str:
    """What the problem lacks where P would raise the noise in what the operator hardly sees to its full height."""
    return f"{_HELD}, which Zero is not" if isinstance(problem.prior, Zero) else ""


def majorant(problem: Problem) -> LinearOperator:
    """v -> L A*A v + M v, no less than any Hessian of the objective; the Hessian itself where it is constant."""
    A, y, noise = problem.operator.at(problem.zeros()), problem.y, problem.noise
    # One constant an item: what runs beside it in the batch is not its business.
    bounds = torch.tensor([noise.lipschitz(item) for item in y.split(1)], dtype=real_of(y.dtype), device=y.device)
    quadratic = Likelihood.QUADRATIC in noise.can

    def apply(v: Tensor) -> Tensor:
        clean = A(v)
        bent = noise.hvp(clean, y, clean) if quadratic else spread(bounds, clean) * clean
        return A.adjoint(bent) + problem.prior.majorant(v)

    return _symmetric(problem, apply)


def _metric(problem: Problem, shares: Mapping[str, Each]) -> LinearOperator:
    A, K = problem.operator.at(problem.zeros()), problem.prior.linear(problem.operator.in_shape)
    return _symmetric(problem, lambda v: times(shares["s"], A.adjoint(A(v))) + times(shares["r"], K.adjoint(K(v))))


def _symmetric(problem: Problem, apply: Callable[[Tensor], Tensor]) -> LinearOperator:
    return Map((problem.operator.in_shape, problem.operator.in_shape), apply, apply, problem.operator.field)


def _learn(preconditioner: Preconditioner, hessian: LinearOperator, like: Tensor) -> tuple[Tensor, Mapping[str, Each]]:
    """What P knows of H, and the largest eigenvalue of P H of each item, on the safe side."""
    fitted = preconditioner.fit(hessian, like)
    return fitted, {"lipschitz": each_of(largest(preconditioner, fitted, hessian, like))}


def _ratio(above: Tensor, below: Tensor, active: Tensor) -> Tensor:
    return torch.where(active & (below > 0), above / below, torch.zeros_like(above))
