"""A denoiser for noise of any size, from much smaller to much larger than the signal."""

import copy
from typing import Annotated

import torch
from torch import Tensor

from workbench.denoisers.base import Denoiser, Level, per_item
from workbench.denoisers.residual import ResidualDenoiser
from workbench.denoisers.unet import UNet
from workbench.parameters import Range


class ScoreDenoiser(Denoiser):
    """D(x, s) = m + skip (x - m) + out R(in (x - m), ln(s) / 4), with v = deviation^2 of the signals about m:
    in^2 = 1 / (s^2 + v), skip = v in^2, out = s deviation in.

    So R sees inputs and answers of size 1 at every noise level s. Its score is (D(x, s) - x) / s^2.
    Karras, Aittala, Aila & Laine 2022, arXiv:2206.00364.
    """

    def __init__(
        self,
        network: Annotated[ResidualDenoiser, "network R"] = UNet(1, (32, 64, 96), smooth=True, biases=True),
        deviation: Annotated[float, Range(0.05, 1, limits=(1e-3, 10)), "standard deviation of the signals"] = 0.25,
        middle: Annotated[float, Range(0, 1, limits=(-10, 10)), "mean m of the signals"] = 0.5,
    ) -> None:
        super().__init__()
        self.network = copy.deepcopy(network)  # the default is one object for all
        self.deviation, self.middle, self.channels = deviation, middle, network.channels

    def forward(self, x: Tensor, sigma: Level) -> Tensor:
        s = torch.as_tensor(sigma, dtype=x.dtype, device=x.device).clamp_min(1e-6)
        level, v = per_item(s, x), self.deviation**2
        inward = (level.square() + v).rsqrt()
        answer = self.network.residual(inward * (x - self.middle), s.log() / 4)
        return self.middle + v * inward.square() * (x - self.middle) + self.deviation * level * inward * answer
