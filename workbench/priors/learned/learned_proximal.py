"""A prior that is known by its prox, which is a network."""

import math
from collections.abc import Callable
from typing import Annotated, Literal

import torch
from torch import Tensor

from workbench.denoisers import ConvexPotential
from workbench.linalg import conjugate_step
from workbench.priors.base import Weight
from workbench.priors.can import Can
from workbench.priors.learned.learned import Channelwise, Learned
from workbench.refusal import Refusal
from workbench.tensors import dot, norm2, spread

_NOISE = {"photographs": 0.1, "laplacian": 1.0}  # at which the networks learned
_NAMES = {"photographs": "proximal", "laplacian": "laplacian"}
_STEPS, _INNER, _HALVINGS = 60, 60, 30
_NEARER = 400  # plain iterations at most, before Newton's, where nothing is convex


class LearnedProximal(Learned):
    """g = weight phi / noise^2 with prox_phi = f = grad psi, psi a convex network: exact, whatever its weights.

    phi(f(y)) = <f(y), y> - |f(y)|^2 / 2 - psi(y), y found by Newton's method; u = f(y) is the prox at step s where
    (1 - t) f(y) + t y = x, t = s weight / noise^2, which is f itself at t = 1. phi need not be convex: beyond t = 1 it
    is a stationary point. `noise` is what f learned to remove: 0.1 for photographs, 1 for entries of density exp(-|x|)
    / 2. Fang, Buchanan & Sulam 2024, arXiv:2310.14344.
    """

    formula = r"\operatorname{prox}_\phi = \nabla\psi, \quad \psi \text{ a convex network}"

    can = Can.VALUE | Can.PROX | Can.SPLIT | Can.DENOISE

    def __init__(
        self,
        weight: Weight = 1.0,
        family: Annotated[Literal["photographs", "laplacian"], "signals that it learned from"] = "photographs",
        channelwise: Channelwise = False,
    ) -> None:
        super().__init__()
        self.weight, self.family, self.channelwise = weight, family, channelwise

    @property
    def noise(self) -> float:
        """The noise that the prox removes at t = 1."""
        return _NOISE[self.family]

    def forward(self, x: Tensor) -> Tensor:
        return self.weight / self.noise**2 * self._each(x, lambda u: _value(self._as(ConvexPotential, x), u))

    def prox(self, x: Tensor, step: float) -> Tensor:
        t = step * self.weight / self.noise**2
        return self._each(x, lambda v: _prox(self._as(ConvexPotential, x), v, t))

    def strong_convexity(self) -> float:
        return -torch.inf

    def _name(self, channels: int) -> str:
        return _NAMES[self.family] if channels == 1 else ""


def _prox(network: ConvexPotential, x: Tensor, t: float) -> Tensor:
    if t in (0, 1):
        return network(x) if t else x
    return network(_solved(network, x, t))


def _value(network: ConvexPotential, u: Tensor) -> Tensor:
    """phi(u) of each item."""
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
