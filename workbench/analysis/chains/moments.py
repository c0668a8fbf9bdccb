"""What is kept of draws that are too many to keep: moments of every chain, and some draws for quantiles."""

from dataclasses import dataclass

import torch
from torch import Tensor

from workbench.tensors import abs2, in_double


@dataclass(frozen=True)
class Moments:
    """Of each of M chains: `count` draws, their mean, (M, *shape), and the sum of |x - mean|^2, real; both in double.

    In single precision a mean far above its spread would stand still once a draw moves it by less than it can show.
    Welford 1962, doi 10.1080/00401706.1962.10490022.
    """

    count: int
    means: Tensor
    squares: Tensor

    @classmethod
    def of(cls, draw: Tensor) -> "Moments":
        """Those of a first draw, (M, *shape)."""
        first = in_double(draw)
        return cls(1, first, torch.zeros_like(first.real))

    def plus(self, draw: Tensor) -> "Moments":
        """With one more draw of every chain."""
        count, away = self.count + 1, in_double(draw) - self.means
        means = self.means + away / count
        return Moments(count, means, self.squares + (away * (in_double(draw) - means).conj()).real)

    @property
    def mean(self) -> Tensor:
        """The mean of all draws of all chains, (*shape)."""
        return self.means.mean(0)

    @property
    def variance(self) -> Tensor:
        """Their variance, real, (*shape)."""
        between = abs2(self.means - self.mean).sum(0)
        return (self.squares.sum(0) + self.count * between) / max(self.count * len(self.means) - 1, 1)
