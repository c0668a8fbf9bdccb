"""A denoiser that is one step down a potential."""

import copy
from typing import Annotated

import torch
from torch import Tensor

from workbench.denoisers.base import Denoiser, Level
from workbench.denoisers.residual import ResidualDenoiser
from workbench.denoisers.unet import UNet
from workbench.tensors import norm2


class GradientStepDenoiser(Denoiser):
    """D(x, sigma) = x - grad N(x, sigma), with the potential N = |R(x, sigma)|^2 / 2 of a smooth network R.

    D is conservative, so that plug-and-play with it goes down an objective. Hurault, Leclaire & Papadakis 2022,
    arXiv:2110.03220.
    """

    def __init__(self, network: Annotated[ResidualDenoiser, "network R"] = UNet(1, (24, 48), smooth=True)) -> None:
        super().__init__()
        self.network = copy.deepcopy(network)  # the default is one object for all
        self.channels = network.channels

    def potential(self, x: Tensor, sigma: Level) -> Tensor:
        """N(x, sigma) of each item, (B,)."""
        return norm2(self.network.residual(x, sigma)) / 2

    def slope(self, x: Tensor, sigma: Level) -> Tensor:
        """grad N(x, sigma), (B, C, H, W): differentiable in its turn."""
        return torch.func.grad(lambda v: self.potential(v, sigma).sum())(x)

    def forward(self, x: Tensor, sigma: Level) -> Tensor:
        return x - self.slope(x, sigma)
