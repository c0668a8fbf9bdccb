"""Denoisers: estimates of a picture from a noisy one."""

from abc import abstractmethod

import torch
from torch import Tensor

from workbench.denoisers.network import ImageNetwork
from workbench.tensors import spread

Level = float | Tensor  # a noise level: one number, or one for each item of the batch


class Denoiser(ImageNetwork):
    """D(x, sigma): the estimate of a picture in [0, 1] from x, which has white noise of standard deviation sigma."""

    @abstractmethod
    def forward(self, x: Tensor, sigma: Level) -> Tensor:
        """The estimate, in the shape of x; sigma is one number or one for each item, (B,)."""


def per_item(level: Level, x: Tensor) -> Tensor:
    """A noise level so that it multiplies x."""
    return spread(torch.as_tensor(level, dtype=x.dtype, device=x.device).expand(len(x)), x)
