"""Credible intervals of every pixel."""

from dataclasses import dataclass

import torch
from torch import Tensor


def quantiles(draws: Tensor, levels: tuple[float, ...]) -> Tensor:
    """The quantiles of each pixel, of moduli where it is complex, interpolated: (n, *shape) -> (levels, *shape)."""
    rows = (draws.abs() if draws.is_complex() else draws).flatten(1)
    ordered = rows.T.contiguous().sort(1).values  # contiguous draws of a pixel sort several times faster
    last, found = len(rows) - 1, []
    for level in levels:
        low = min(int(level * last), last)
        part, high = level * last - low, min(low + 1, last)
        found.append(ordered[:, low] + part * (ordered[:, high] - ordered[:, low]))
    return torch.stack(found).reshape(len(levels), *draws.shape[1:])


@dataclass(frozen=True)
class Interval:
    """Between two quantiles of each pixel, (*shape) each, which hold `share` of the draws."""

    share: float
    low: Tensor
    high: Tensor

    @classmethod
    def of(cls, draws: Tensor, *shares: float) -> tuple["Interval", ...]:
        """The middle part of draws (n, *shape), one for each share."""
        levels = tuple((1 + sign * share) / 2 for share in shares for sign in (-1, 1))
        found = quantiles(draws, levels)
        return tuple(cls(share, found[2 * i], found[2 * i + 1]) for i, share in enumerate(shares))

    @property
    def width(self) -> Tensor:
        return self.high - self.low

    def side(self, x: Tensor) -> Tensor:
        """-1 where x lies below, 1 where above, 0 inside; moduli where x is complex."""
        x = x.abs() if x.is_complex() else x
        return (x > self.high).to(self.low) - (x < self.low).to(self.low)

    def coverage(self, x: Tensor) -> float:
        """The share of pixels of x, (..., *shape), that lie inside."""
        x = x.abs() if x.is_complex() else x
        return float(((x >= self.low) & (x <= self.high)).double().mean())
