"""The function whose prox the gradient of a convex network is: its value and its prox at any step."""

import math
from collections.abc import Callable

import torch
from torch import Tensor

from workbench.denoisers import ConvexPotential
from workbench.linalg import conjugate_step
from workbench.refusal import Refusal
from workbench.tensors import dot, norm2, spread

_STEPS, _INNER, _HALVINGS = 60, 60, 30
_NEARER = 400  # plain iterations at most, before Newton's, where nothing is convex


def prox_of(network: ConvexPotential, x: Tensor, t: float) -> Tensor:
    """The u at which |u - x|^2 / 2 + t phi(u) is least, f = grad psi being the prox of phi; stationary beyond t = 1."""
    if t in (0, 1):
        return network(x) if t else x
    return network(_solved(network, x, t))


def value_of(network: ConvexPotential, u: Tensor) -> Tensor:
    """phi(u) = <u, y> - |u|^2 / 2 - psi(y) of each item, (B,), y the signal with f(y) = u: y - u is its gradient.

    Fang, Buchanan & Sulam 2024, arXiv:2310.14344.
    """
    y = _solved(network, u, 0.0)
    return dot(u, y) - norm2(u) / 2 - network.potential(y)


def _solved(network: ConvexPotential, x: Tensor, t: float) -> Tensor:
    """The y at which (1 - t) psi(y) + t |y|^2 / 2 - <x, y> is stationary, by Newton's method: convex up to t = 1.

    Beyond, plain iterations go first: Newton's method from afar wanders where the Hessian is indefinite.
    """

    def height(y: Tensor) -> Tensor:
        return (1 - t) * network.potential(y) + t / 2 * norm2(y) - dot(x, y)

    def slope_at(y: Tensor) -> Tensor:
        return (1 - t) * network(y) + t * y - x

    y, eps = x, torch.finfo(x.dtype).eps
    for _ in range(min(_NEARER, math.ceil(12 * t)) if t > 1 else 0):
        y = (x + (t - 1) * network(y)) / t  # nearer by (t - 1) / t where no slope of f is above 1
    goal = eps**1.4 * (norm2(x) + x[0].numel())
    for _ in range(_STEPS):
        slope = slope_at(y)
        rest = norm2(slope)
        if bool((rest <= goal).all()):
            return y
        found = _searched(height, y, slope, _newton(network, y, slope, t, goal))
        y = torch.where(spread(rest > goal, y), found, y)  # an item that is done stays, whatever stands beside it
    rest = norm2(slope_at(y))
    came = f"|slope| of {float((rest / norm2(x).clamp_min(eps)).max()) ** 0.5:.1g} |x| after {_STEPS} steps"
    raise Refusal("a prox of the learned prior", came, "take a smaller step or weight, and signals in [0, 1]")


def _newton(network: ConvexPotential, y: Tensor, slope: Tensor, t: float, goal: Tensor) -> Tensor:
    """About -H^-1 slope by conjugate gradients, as far as H bends upwards; -slope where it does not at all."""

    back = torch.func.vjp(network, y)[1]  # of a gradient: its Jacobian is symmetric

    def hessian(v: Tensor) -> Tensor:
        return (1 - t) * back(v)[0] + t * v

    d, r, p = torch.zeros_like(slope), -slope, -slope
    size = norm2(slope)
    floor = torch.maximum(size * torch.sqrt(size / (1 + size)).clamp(1e-6, 0.01), goal / 100)
    for _ in range(_INNER):
        if bool((norm2(r) <= floor).all()):
            break
        d, r, p = conjugate_step(hessian, d, r, p, floor)
    return torch.where(spread(dot(d, slope) < 0, d), d, -slope)


def _searched(height: Callable[[Tensor], Tensor], y: Tensor, slope: Tensor, d: Tensor) -> Tensor:
    """y + s d with the first s of 1, 1/2, 1/4, ... at which the height falls as its slope says, item by item."""
    here, fall = height(y), dot(slope, d)
    s = torch.ones_like(here)
    slack = 10 * torch.finfo(y.dtype).eps * (1 + here.abs())
    for _ in range(_HALVINGS):
        high = height(y + spread(s, y) * d) > here + 1e-4 * s * fall + slack
        if not bool(high.any()):
            break
        s = torch.where(high, s / 2, s)
    return y + spread(s, y) * d
