"""Conjugate gradients in the metric of a preconditioner."""

from dataclasses import dataclass, field, replace
from typing import Annotated

import torch
from torch import Tensor

from workbench.algorithms.base import Algorithm, Needs
from workbench.algorithms.steps.metric import HELD, MetricState, unheld
from workbench.noise import Likelihood
from workbench.preconditioners import Circulant, Preconditioner
from workbench.priors import Can
from workbench.problem import Problem
from workbench.tensors import dot, norm2, spread


@dataclass(frozen=True)
class PreconditionedCGState(MetricState):
    """The residual b - H x, the search direction, <r, P r>, and the |r|^2 that rounding leaves, (B,) each."""

    residual: Tensor = field(kw_only=True)
    direction: Tensor = field(kw_only=True)
    rho: Tensor = field(kw_only=True)
    floor: Tensor = field(kw_only=True)


@dataclass(frozen=True)
class PreconditionedCG(Algorithm[PreconditionedCGState]):
    """Conjugate gradients in the metric of P: H x = b, the normal equations of Gaussian noise and a quadratic prior.

    Needs about sqrt(condition of P H) steps: one where P = H^-1. Each item rests once its residual is below rounding.
    Concus, Golub, O'Leary 1976, doi 10.1016/B978-0-12-141050-6.50023-4.
    """

    formula = r"P H x = P b, \quad H = \frac{A^*A}{\sigma^2} + H_g"

    preconditioner: Annotated[Preconditioner, "what residuals are multiplied by"] = Circulant()

    restarts = True
    needs = Needs(prior=Can.QUADRATIC, noise=Likelihood.QUADRATIC | Likelihood.GRAD, linear=True, also=(HELD,))

    def lacks(self, problem: Problem) -> str:
        return super().lacks(problem) or unheld(problem)

    def init(self, problem: Problem, x: Tensor, rng: torch.Generator) -> PreconditionedCGState:
        hessian = problem.gauss_newton(x)
        fitted = self.preconditioner.fit(hessian, x)
        r = -problem.misfit_grad(x) - problem.prior.grad(x)
        z = self.preconditioner.apply(fitted, hessian, r)
        b = problem.misfit_grad(torch.zeros_like(x)) + problem.prior.grad(torch.zeros_like(x))
        floor = torch.finfo(x.dtype).eps ** 2 * norm2(b)
        return PreconditionedCGState(x, fitted=fitted, residual=r, direction=z, rho=dot(r, z), floor=floor)

    def step(self, problem: Problem, state: PreconditionedCGState, rng: torch.Generator) -> PreconditionedCGState:
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

    def done(self, state: PreconditionedCGState) -> bool:
        return state.k % 10 == 0 and bool((norm2(state.residual) <= state.floor).all())


def _ratio(above: Tensor, below: Tensor, active: Tensor) -> Tensor:
    return torch.where(active & (below > 0), above / below, torch.zeros_like(above))
