"""Sparsity without bias: penalties that stop growing, not convex, each with its exact prox."""

import math
from typing import Annotated

import torch
from torch import Tensor

from workbench.parameters import Range
from workbench.priors.base import Can, Prior, Weight


class L0(Prior):
    """g(x) = weight times the number of entries that are not 0: not convex. Blumensath, Davies 2009.

    The prox keeps entries above sqrt(2 step weight) as they are and drops the others. doi 10.1016/j.acha.2009.04.002.
    """

    can = Can.VALUE | Can.PROX | Can.SPLIT | Can.DENOISE
    keeps_sign = True

    def __init__(self, weight: Weight = 0.1) -> None:
        super().__init__()
        self.weight = weight

    def forward(self, x: Tensor) -> Tensor:
        return self.weight * (x != 0).flatten(1).sum(1).to(x.real.dtype)

    def prox(self, x: Tensor, step: float) -> Tensor:
        return x * (x.abs() > math.sqrt(2 * step * self.weight))

    def strong_convexity(self) -> float:
        return -math.inf if self.weight else 0.0


class MCP(Prior):
    """g(x) = weight sum p(|x|), p'(r) = 1 - r / width up to width, 0 beyond: minimax concave. Zhang 2010.

    Weakly convex: g + weight / (2 width) |x|^2 is convex. doi 10.1214/09-AOS729.
    """

    can = Can.VALUE | Can.PROX | Can.SPLIT | Can.DENOISE
    keeps_sign = True

    def __init__(
        self,
        weight: Weight = 1.0,
        width: Annotated[
            float, Range(0.01, 10, log=True, limits=(1e-9, 1e9)), "modulus from where on entries are free"
        ] = 0.5,
    ) -> None:
        super().__init__()
        self.weight, self.width = weight, width

    def forward(self, x: Tensor) -> Tensor:
        return self.weight * _folded(x.abs(), 0.0, self.width).flatten(1).sum(1)

    def prox(self, x: Tensor, step: float) -> Tensor:
        return _folded_prox(x, step * self.weight, 0.0, self.width)

    def strong_convexity(self) -> float:
        return -self.weight / self.width


class SCAD(Prior):
    """g(x) = weight sum p(|x|), p' = 1 up to knee, then falling linearly to 0 at ratio knee. Fan, Li 2001.

    Smoothly clipped absolute deviation; theirs has weight = knee. Weakly convex: with weight / ((ratio - 1) knee)
    |x|^2 / 2 added, g is convex. doi 10.1198/016214501753382273.
    """

    can = Can.VALUE | Can.PROX | Can.SPLIT | Can.DENOISE
    keeps_sign = True

    def __init__(
        self,
        weight: Weight = 1.0,
        knee: Annotated[
            float, Range(0.01, 10, log=True, limits=(1e-9, 1e9)), "modulus up to which it is the l1 norm"
        ] = 0.1,
        ratio: Annotated[
            float, Range(1.5, 10, limits=(1.0001, 1e6)), "multiple of the knee from where on entries are free"
        ] = 3.7,
    ) -> None:
        super().__init__()
        self.weight, self.knee, self.ratio = weight, knee, ratio

    def forward(self, x: Tensor) -> Tensor:
        return self.weight * _folded(x.abs(), self.knee, self.ratio * self.knee).flatten(1).sum(1)

    def prox(self, x: Tensor, step: float) -> Tensor:
        return _folded_prox(x, step * self.weight, self.knee, self.ratio * self.knee)

    def strong_convexity(self) -> float:
        return -self.weight / ((self.ratio - 1) * self.knee)


def _folded(r: Tensor, knee: float, width: float) -> Tensor:
    """p(r): slope 1 up to the knee, falling linearly to 0 at the width, constant beyond."""
    bent = (r.clamp(knee, width) - knee).square() / (2 * (width - knee))
    return r.clamp_max(width) - bent


def _folded_prox(x: Tensor, t: float, knee: float, width: float) -> Tensor:
    """argmin_u |u - x|^2 / 2 + t p(|u|): the best of what is best on each piece of p, where all is quadratic."""
    r = x.abs()
    best = (r - t).clamp(0, knee)
    lowest = (best - r).square() / 2 + t * _folded(best, knee, width)
    candidates = [r.clamp_min(width)]
    bend = t / (width - knee)
    if bend < 1:  # else the middle piece is concave, and best at its ends
        candidates.append(((r - bend * width) / (1 - bend)).clamp(knee, width))
    for u in candidates:
        value = (u - r).square() / 2 + t * _folded(u, knee, width)
        best, lowest = torch.where(value < lowest, u, best), torch.minimum(value, lowest)
    return torch.where(r > 0, best / r.clamp_min(torch.finfo(r.dtype).tiny), 0) * x
