"""Random numbers for many seeds at once: each has its own."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

import torch
from torch import Tensor

from workbench.tensors import stream


@dataclass(frozen=True)
class Streams:
    """One generator for each item of a batch, so that an item draws the same numbers alone and among others."""

    generators: tuple[torch.Generator, ...]

    @classmethod
    def of(cls, rng: torch.Generator, seeds: Iterable[int]) -> Self:
        """A stream for each seed, which depends on the seed and on `rng` alone."""
        return cls(tuple(stream(seed, "step of a network", rng.initial_seed(), rng.device) for seed in seeds))

    def normal(self, like: Tensor) -> Tensor:
        """Standard normal numbers in the shape of `like`, (S, ...)."""
        item = like[0].detach()
        made = (torch.randn(item.shape, generator=g, dtype=item.dtype, device=g.device) for g in self.generators)
        return torch.stack(list(made))

    def uniform(self, like: Tensor) -> Tensor:
        """Numbers between 0 and 1 in the shape of `like`, (S, ...)."""
        item = like[0].detach()
        made = (torch.rand(item.shape, generator=g, dtype=item.dtype, device=g.device) for g in self.generators)
        return torch.stack(list(made))

    def orders(self, count: int) -> Tensor:
        """A permutation of `count` rows for each item: (S, count)."""
        return torch.stack([torch.randperm(count, generator=g, device=g.device) for g in self.generators])
