"""A blur that lies about its Fourier symbol, in several ways."""

import torch
from torch import Tensor

from workbench.operators import GaussianBlur

SHAPE = (1, 12, 10)


class LyingBlur(GaussianBlur):
    """A blur that says it were another operator."""

    lie: Tensor | None = None

    @classmethod
    def told(cls, lie: Tensor) -> "LyingBlur":
        """One of 1 px with this symbol."""
        made = cls(SHAPE, 1.0)
        made.lie = lie
        return made

    def symbol(self) -> Tensor | None:
        return self.lie


LIES = {
    "another blur": GaussianBlur(SHAPE, 3.0).symbol(),
    "noise": torch.rand(SHAPE, generator=torch.Generator().manual_seed(0), dtype=torch.float64),
    "a tenth": GaussianBlur(SHAPE, 1.0).symbol() / 10,
    "negative": -torch.ones(SHAPE, dtype=torch.float64),
    "nothing": torch.zeros(SHAPE, dtype=torch.float64),
    "no numbers": torch.full(SHAPE, torch.nan, dtype=torch.float64),
    "another shape": torch.ones(3, 3, dtype=torch.float64),
}
