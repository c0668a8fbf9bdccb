"""Tasks of known information: pairs to draw, and the truth in nats beside them."""

from abc import ABC, abstractmethod
from typing import Annotated

import torch
from torch import Tensor

from workbench.parameters import Checked, Range
from workbench.tensors import stream

Pair = tuple[Tensor, Tensor]
Dimensions = Annotated[int, Range(1, 10, limits=(1, 1000)), "dimensions of each side"]


class Task(ABC, metaclass=Checked):
    """Pairs (u, v) whose information is known; subclasses are frozen dataclasses."""

    def sample(self, n: int, seed: int = 0) -> Pair:
        """n pairs, u (n, d) and v (n, e): float64, or int64 for symbols; the same for the same seed."""
        return self.draw(n, stream(seed, f"pairs of {type(self).__name__}"))

    @abstractmethod
    def draw(self, n: int, rng: torch.Generator) -> Pair:
        """n pairs of random numbers from rng."""

    @abstractmethod
    def truth(self) -> float:
        """I(u; v) in nats."""
