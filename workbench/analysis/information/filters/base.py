"""What a filter is: a linear algorithm in the singular vectors of the operator."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from itertools import islice
from typing import ClassVar

import torch
from torch import Tensor

from workbench.analysis.information.channel import GaussianChannel
from workbench.parameters import Checked


class Filter(ABC, metaclass=Checked):
    """A linear algorithm from x = 0; subclasses are frozen dataclasses."""

    caveat: ClassVar[str] = ""

    @abstractmethod
    def matrices(self, channel: GaussianChannel, steps: int) -> Iterator[Tensor]:
        """R_k in the singular vectors, (M, d, d), for k = 0, 1, .. steps; one R where nothing is iterated."""


class SpectralFilter(Filter):
    """R = diag of a share of each mode over its singular value."""

    def matrices(self, channel: GaussianChannel, steps: int) -> Iterator[Tensor]:
        for shares in islice(self.shares(channel), steps + 1):
            # A mode that A does not see has nothing that a filter could pass on.
            seen = channel.gains > 0
            yield torch.diag_embed(torch.where(seen, shares / torch.where(seen, channel.gains, 1), 0))

    @abstractmethod
    def shares(self, channel: GaussianChannel) -> Iterator[Tensor]:
        """1 - p_k(s^2), how much of each mode k steps have recovered, (M, d), for k = 0, 1, ..."""
