"""Conjugate gradients on a quadratic objective."""

from dataclasses import dataclass, field, replace

import torch
from torch import Tensor

from workbench.algorithms.base import Algorithm, Needs, State
from workbench.linalg import conjugate_step, ratio
from workbench.noise import Likelihood
from workbench.priors import Can
from workbench.problem import Problem
from workbench.tensors import norm, norm2

_ROUNDINGS = 16.0  # what products leave in a residual, in units of eps |H| |x|
_LOOK = 10  # reading a number from a GPU makes it wait, so `done` looks at every tenth state only


@dataclass(frozen=True)
class ConjugateGradientState(State):
    """The iterate, the residual b - H x, the search direction, the |residual|^2 that rounding leaves and |H|, (B,).

    |H| is the most that it has stretched a direction so far.
    """

    residual: Tensor = field(kw_only=True)
    direction: Tensor = field(kw_only=True)
    floor: Tensor = field(kw_only=True)
    stretch: Tensor = field(kw_only=True)


@dataclass(frozen=True)
class ConjugateGradient(Algorithm[ConjugateGradientState]):
    """Solves H x = b, the normal equations of Gaussian noise and a quadratic prior: H = A* A / sigma^2 + H_prior.

    The objective falls at every step and is least over the Krylov space; each item of the batch has its own step
    and rests once its residual is below rounding, eps |b|. Hestenes & Stiefel 1952, doi 10.6028/jres.049.044.
    """

    formula = r"H x = b, \quad H = \frac{A^*A}{\sigma^2} + H_g"

    restarts = True  # directions are conjugate with respect to one H only
    needs = Needs(prior=Can.QUADRATIC, noise=Likelihood.QUADRATIC | Likelihood.GRAD, linear=True)

    def init(self, problem: Problem, x: Tensor, rng: torch.Generator) -> ConjugateGradientState:
        residual = -_slope(problem, x)
        floor = torch.finfo(x.dtype).eps ** 2 * norm2(_slope(problem, torch.zeros_like(x)))
        nothing = torch.zeros_like(floor)
        return ConjugateGradientState(x, residual=residual, direction=residual, floor=floor, stretch=nothing)

    def step(self, problem: Problem, state: ConjugateGradientState, rng: torch.Generator) -> ConjugateGradientState:
        hessian = problem.gauss_newton(state.x)
        x, r, p = conjugate_step(hessian, state.x, state.residual, state.direction, state.floor)
        # r and x have moved by multiples of H p and p. What H does not see would otherwise grow out of rounding.
        stretch = state.stretch.maximum(ratio(norm(r - state.residual), norm(x - state.x)))
        floor = state.floor.maximum(leftover(stretch, x) ** 2)
        return replace(state, x=x, residual=r, direction=p, floor=floor, stretch=stretch, k=state.k + 1)

    def done(self, state: ConjugateGradientState) -> bool:
        return state.k % _LOOK == 0 and bool((norm2(state.residual) <= state.floor).all())


def leftover(stretch: Tensor, x: Tensor) -> Tensor:
    """What rounding leaves in the length of a residual b - H x, (B,), for an |H| of at least `stretch`."""
    return _ROUNDINGS * torch.finfo(x.dtype).eps * stretch * norm(x)


def _slope(problem: Problem, x: Tensor) -> Tensor:
    return problem.misfit_grad(x) + problem.prior.grad(x)
