"""Newton's method on a model solved by conjugate gradients: along a line, or inside a region of trust."""

from dataclasses import dataclass, field, replace
from typing import Annotated

import torch
from torch import Tensor

from workbench.algorithms.base import Needs
from workbench.algorithms.newton_steps import Descent, Downhill, armijo, begun, cauchy, downhill, moved, tried
from workbench.linalg import ratio
from workbench.noise import Likelihood
from workbench.operators import LinearOperator
from workbench.parameters import Range
from workbench.priors import Can
from workbench.problem import Problem
from workbench.tensors import dot, norm, norm2, spread

Inner = Annotated[int, Range(1, 200, log=True, limits=(1, 10_000)), "most conjugate gradients a step"]
CURVED = Needs(prior=Can.GRAD | Can.HVP, noise=Likelihood.GRAD)
_NEAR, _GOOD, _POOR = 0.99, 0.75, 0.25


def tolerance(state: Downhill) -> Tensor:
    """|residual| to end an inner solve at, (B,): superlinear. Dembo & Steihaug 1983, doi 10.1007/BF02055196."""
    size = norm(state.slope)
    return size * (0.5 * ratio(size, state.first).sqrt()).clamp_max(0.5)


def truncated(hessian: LinearOperator, state: Downhill, radius: Tensor, steps: int) -> Tensor:
    """p with H p near -g, |p| <= radius: Steihaug's conjugate gradients, which end at the edge or where H bends down.

    Where the radius is infinite a direction of no positive curvature is left out, but for the first: there -g scaled.
    """
    g, enough = state.slope, tolerance(state)
    z, r = torch.zeros_like(g), -g
    p, active = r, norm(r) > 0
    for k in range(steps):
        if not bool(active.any()):
            break
        q, rho = hessian(p), norm2(r)
        bend = dot(p, q)
        t = ratio(rho, bend)
        out = (bend <= 0) | (norm(z + spread(t, p) * p) >= radius)
        last = torch.where(radius.isinf(), ratio(rho, bend.abs()) if k == 0 else 0 * rho, _to_edge(z, p, radius))
        z = z + spread(torch.where(active, torch.where(out, last, t), 0), p) * p
        r = torch.where(spread(active, r), r - spread(t, q) * q, r)
        active = active & ~out & (norm(r) > enough)
        p = r + spread(ratio(norm2(r), rho), p) * p
    return z


def _to_edge(z: Tensor, p: Tensor, radius: Tensor) -> Tensor:
    """The t >= 0 with |z + t p| = radius."""
    a, b, c = norm2(p), dot(z, p), norm2(z) - radius.square()
    root = (b.square() - a * c).clamp_min(0).sqrt()
    # Of (root - b) / a the form that does not cancel.
    return torch.where(b > 0, ratio(-c, root + b), ratio(root - b, a))


def promised(hessian: LinearOperator, g: Tensor, p: Tensor) -> Tensor:
    """What the quadratic model says that p gains: -<g, p> - <p, H p> / 2."""
    return -dot(g, p) - dot(p, hessian(p)) / 2


@dataclass(frozen=True)
class GaussNewtonCG(Descent):
    """x <- x + t p, G p = -grad objective(x), G = J* nll'' J + H_prior: the Hessian without the bend of A.

    p by conjugate gradients, the more exact the smaller the gradient; t by halving, so that the objective falls at
    every step. Quadratic near a minimum that explains the data, superlinear where A is linear. Nocedal & Wright 2006,
    doi 10.1007/978-0-387-40065-5, section 7.1.
    """

    inner: Inner = 4

    needs = CURVED

    def init(self, problem: Problem, x: Tensor, rng: torch.Generator) -> Downhill:
        return begun(problem, x)

    def step(self, problem: Problem, state: Downhill, rng: torch.Generator) -> Downhill:
        far = torch.full_like(state.value, torch.inf)
        p = downhill(truncated(problem.gauss_newton(state.x), state, far, self.inner), state.slope)
        return moved(problem, state, state.x + spread(armijo(problem, state, p), p) * p)


@dataclass(frozen=True)
class Trusting(Downhill):
    """And the radius of trust, (B,)."""

    radius: Tensor = field(kw_only=True)


@dataclass(frozen=True)
class TrustRegionNewton(Descent):
    """min <g, p> + <p, H p> / 2 over |p| <= radius, H the true Hessian, by Steihaug's conjugate gradients.

    The radius grows where the objective falls as the model says, and shrinks where it does not; then the step is not
    taken. The objective never rises; every limit is a stationary point; superlinear near a minimum where H > 0.
    Steihaug 1983, doi 10.1137/0720042.
    """

    inner: Inner = 4

    needs = CURVED

    def init(self, problem: Problem, x: Tensor, rng: torch.Generator) -> Trusting:
        state = begun(problem, x)
        size = norm(state.slope)
        return Trusting(**vars(state), radius=(cauchy(problem, x, state.slope) * size).maximum(norm(x)))

    def step(self, problem: Problem, state: Trusting, rng: torch.Generator) -> Trusting:
        hessian = problem.hessian(state.x)
        p = truncated(hessian, state, state.radius, self.inner)
        after, judged = tried(problem, state, p, promised(hessian, state.slope, p))
        size = norm(p)
        grown = torch.where((judged.gain > _GOOD) & (size >= _NEAR * state.radius), 2 * state.radius, state.radius)
        return replace(after, radius=torch.where(judged.gain < _POOR, _POOR * size, grown))
