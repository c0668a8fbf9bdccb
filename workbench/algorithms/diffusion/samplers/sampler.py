"""From one level of noise to the next, by an estimate of the clean signal."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor

from workbench.algorithms.diffusion.schedules.schedule import Level
from workbench.parameters import Checked

Estimate = Callable[[Tensor, float], Tensor]  # (z, ratio) -> the mean of x, z = x + ratio n


class Move(NamedTuple):
    """A noisy signal z = x + ratio n, and the last estimate of x that it was made with."""

    noisy: Tensor
    clean: Tensor


class Sampler(ABC, metaclass=Checked):
    """Subclasses are frozen dataclasses."""

    @abstractmethod
    def move(self, z: Tensor, here: Level, there: Level, estimate: Estimate, rng: torch.Generator) -> Move:
        """z = u / alpha, u a signal at the level `here`, carried over to the lower level `there`."""
