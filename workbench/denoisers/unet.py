"""Residual blocks at several resolutions."""

from itertools import pairwise
from typing import Annotated

import torch
from torch import Tensor, nn
from torch.nn import functional

from workbench.denoisers.base import Level, per_item
from workbench.denoisers.block import ResidualBlock
from workbench.denoisers.conv import Conv
from workbench.denoisers.dncnn import Smooth
from workbench.denoisers.layers import on_grid
from workbench.denoisers.network import Channels
from workbench.denoisers.residual import ResidualDenoiser
from workbench.parameters import Range

Widths = Annotated[tuple[int, ...], Range(8, 256, log=True, limits=(1, 1024)), "features, at each halving of the sides"]


class UNet(ResidualDenoiser):
    """R = residual blocks at half the resolution, a quarter, ..., each added to what comes back from below it.

    Ronneberger, Fischer & Brox 2015, 10.1007/978-3-319-24574-4_28; with residual blocks and without biases as in Zhang
    et al. 2022, 10.1109/TPAMI.2021.3088914.
    """

    def __init__(
        self,
        channels: Channels = 1,
        widths: Widths = (32, 64, 96),
        blocks: Annotated[int, Range(1, 4, limits=(1, 20)), "residual blocks at each resolution"] = 1,
        smooth: Smooth = False,
        biases: Annotated[bool, "convolutions with biases"] = False,
    ) -> None:
        super().__init__()
        self.channels, self.widths, self.blocks = channels, widths, blocks
        self.smooth, self.biases = smooth, biases
        self.head = Conv(4 * channels + 1, widths[0]).scaled(1.0)
        if biases:
            self.head.biased()
        self.before = nn.ModuleList(self._blocks(width) for width in widths)
        self.after = nn.ModuleList(self._blocks(width) for width in widths[:-1])
        self.down = nn.ModuleList(Conv(few, many, 2, 2).scaled(1.0) for few, many in pairwise(widths))
        self.up = nn.ModuleList(Conv(many, few, 2, 2, up=True).scaled(1.0) for few, many in pairwise(widths))
        self.tail = Conv(widths[0], 4 * channels).scaled(0.1)

    def _blocks(self, width: int) -> nn.Sequential:
        return nn.Sequential(*(ResidualBlock(width, self.smooth, self.biases) for _ in range(self.blocks)))

    def residual(self, x: Tensor, level: Level) -> Tensor:
        return on_grid(x, 2 ** len(self.widths), lambda part: self._whole(part, level))

    def _whole(self, x: Tensor, level: Level) -> Tensor:
        h = functional.pixel_unshuffle(x, 2)
        h = self.head(torch.cat([h, per_item(level, h).expand(-1, 1, *h.shape[2:])], 1))
        kept = []
        for blocks, down in zip(self.before, self.down, strict=False):
            kept.append(blocks(h))
            h = down(kept[-1])
        h = self.before[-1](h)
        for blocks, up in zip(reversed(self.after), reversed(self.up), strict=True):
            h = blocks(kept.pop() + up(h))
        return functional.pixel_shuffle(self.tail(h), 2)
