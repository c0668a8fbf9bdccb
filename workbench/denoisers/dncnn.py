"""A chain of convolutions at half the resolution."""

from typing import Annotated

import torch
from torch import Tensor, nn
from torch.nn import functional

from workbench.denoisers.base import Level, per_item
from workbench.denoisers.conv import Conv
from workbench.denoisers.layers import activation, on_grid
from workbench.denoisers.network import Channels, Depth, Width
from workbench.denoisers.residual import ResidualDenoiser

Smooth = Annotated[bool, "an activation that has all derivatives, h sigmoid(h), instead of max(h, 0)"]


class DnCNN(ResidualDenoiser):
    """R = chain of 3 x 3 convolutions, without biases, of the 2 x 2 pixels of each block and the noise level.

    Without biases R(c x, c sigma) = c R(x, sigma): one level of brightness is as good as another. Zhang et al. 2017,
    10.1109/TIP.2017.2662206, at half the resolution with the level as a channel: Zhang et al. 2018,
    10.1109/TIP.2018.2839891.
    """

    def __init__(self, channels: Channels = 1, width: Width = 48, depth: Depth = 8, smooth: Smooth = False) -> None:
        super().__init__()
        self.channels, self.width, self.depth, self.smooth = channels, width, depth, smooth
        sizes = [4 * channels + 1, *[width] * (depth - 1)]
        self.layers = nn.ModuleList(Conv(few, width) for few in sizes[:-1])
        self.last = Conv(width, 4 * channels).scaled(0.1)
        self._act = activation(smooth)

    def residual(self, x: Tensor, level: Level) -> Tensor:
        return on_grid(x, 2, lambda part: self._chain(part, level))

    def _chain(self, x: Tensor, level: Level) -> Tensor:
        h = functional.pixel_unshuffle(x, 2)
        h = torch.cat([h, per_item(level, h).expand(-1, 1, *h.shape[2:])], 1)
        for layer in self.layers:
            h = self._act(layer(h))
        return functional.pixel_shuffle(self.last(h), 2)
