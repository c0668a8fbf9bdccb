"""A quadratic model, solved by conjugate gradients as far as it deserves."""

from typing import Annotated

import torch
from torch import Tensor

from workbench.algorithms.base import Needs
from workbench.algorithms.second_order.descent import DescentState
from workbench.linalg import ratio
from workbench.noise import Likelihood
from workbench.operators import LinearOperator
from workbench.parameters import Range
from workbench.priors import Can
from workbench.tensors import dot, norm, norm2, spread

Inner = Annotated[int, Range(1, 200, log=True, limits=(1, 10_000)), "most conjugate gradients a step"]
CURVED = Needs(prior=Can.GRAD | Can.HVP, noise=Likelihood.GRAD)


def tolerance(state: DescentState) -> Tensor:
    """|residual| to end an inner solve at, (B,): superlinear. Dembo & Steihaug 1983, doi 10.1007/BF02055196."""
    size = norm(state.slope)
    return size * (0.5 * ratio(size, state.first).sqrt()).clamp_max(0.5)


def truncated(hessian: LinearOperator, state: DescentState, radius: Tensor, steps: int) -> Tensor:
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
