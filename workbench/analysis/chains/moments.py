"""What is kept of draws that are too many to keep: moments of every chain, and some draws for quantiles."""

from dataclasses import dataclass

import torch
from torch import Tensor

from workbench.tensors import abs2


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
