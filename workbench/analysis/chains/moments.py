"""What is kept of draws that are too many to keep: moments of every chain, and some draws for quantiles."""

from dataclasses import dataclass

import torch
from torch import Tensor

from workbench.tensors import abs2

MEMORY = 2**25  # bytes of draws that are kept
FEWEST, MOST = 64, 400


@dataclass(frozen=True)
class Moments:
    """Of each of M chains: `count` draws, their mean, (M, *shape), and the sum of |x - mean|^2, real. Welford 1962."""

    count: int
    means: Tensor
    squares: Tensor

    @classmethod
    def of(cls, draw: Tensor) -> "Moments":
        """Those of a first draw, (M, *shape)."""
        return cls(1, draw, torch.zeros_like(draw.real))

    def plus(self, draw: Tensor) -> "Moments":
        """With one more draw of every chain."""
        count, away = self.count + 1, draw - self.means
        means = self.means + away / count
        return Moments(count, means, self.squares + (away * (draw - means).conj()).real)

    @property
    def mean(self) -> Tensor:
        """The mean of all draws of all chains, (*shape)."""
        return self.means.mean(0)

    @property
    def variance(self) -> Tensor:
        """Their variance, real, (*shape)."""
        between = abs2(self.means - self.mean).sum(0)
        return (self.squares.sum(0) + self.count * between) / max(self.count * len(self.means) - 1, 1)


class Reservoir:
    """An even choice of all draws so far, each as likely as the others. Vitter 1985, doi 10.1145/3147.3165."""

    def __init__(self, like: Tensor, rng: torch.Generator) -> None:
        size = MEMORY // max(like[0].numel() * like.element_size(), 1)
        self._room, self._rng, self._seen = max(min(size, MOST), FEWEST), rng, 0
        self._kept: list[Tensor] = []

    def add(self, draws: Tensor) -> None:
        """Look at draws (n, *shape)."""
        for draw in draws:
            self._seen += 1
            if len(self._kept) < self._room:
                self._kept.append(draw)
                continue
            place = int(torch.randint(self._seen, (), generator=self._rng))
            if place < self._room:
                self._kept[place] = draw

    def kept(self) -> Tensor:
        """What was chosen, (n, *shape)."""
        return torch.stack(self._kept)


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
