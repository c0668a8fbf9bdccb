"""A prior that is known by its prox, which is a network."""

from typing import Annotated, Literal

import torch
from torch import Tensor

from workbench.denoisers import ConvexPotential
from workbench.priors.base import Weight
from workbench.priors.can import Can
from workbench.priors.learned.convex_prox import prox_of, value_of
from workbench.priors.learned.learned import Channelwise, Learned

_NOISE = {"photographs": 0.1, "laplacian": 1.0}  # at which the networks learned
_NAMES = {"photographs": "proximal", "laplacian": "laplacian"}


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
        return self.weight / self.noise**2 * self._each(x, lambda u: value_of(self._as(ConvexPotential, x), u))

    def prox(self, x: Tensor, step: float) -> Tensor:
        t = step * self.weight / self.noise**2
        return self._each(x, lambda v: prox_of(self._as(ConvexPotential, x), v, t))

    def strong_convexity(self) -> float:
        return -torch.inf

    def _name(self, channels: int) -> str:
        return _NAMES[self.family] if channels == 1 else ""
