"""A chain whose proposals are judged."""

from dataclasses import dataclass, field

import torch
from torch import Tensor

from workbench.algorithms.base import State


@dataclass(frozen=True)
class ChainState(State):
    """The sample, the negative log of what judges it, (B,), and what part of an item's proposals was accepted, (B,)."""

    value: Tensor = field(kw_only=True)
    acceptance: Tensor = field(kw_only=True)
    age: int = field(kw_only=True, default=0)

    def counted(self, taken: Tensor) -> Tensor:
        """The acceptance after one more proposal."""
        return (self.acceptance * self.age + taken) / (self.age + 1)


def metropolis(ratio: Tensor, rng: torch.Generator) -> Tensor:
    """Which proposals of log ratio p(x') q(x | x') / p(x) q(x' | x) are taken, (B,)."""
    return torch.rand(len(ratio), generator=rng, dtype=ratio.dtype, device=ratio.device).log() < ratio
