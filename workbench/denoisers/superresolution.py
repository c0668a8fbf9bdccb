"""Twice as many pixels a side."""

from torch import Tensor, nn
from torch.nn import functional

from workbench.denoisers.block import ResidualBlock
from workbench.denoisers.conv import Conv
from workbench.denoisers.network import Channels, Depth, Width
from workbench.denoisers.restorer import Restorer


class SuperResolution(Restorer):
    """R(y) = y repeated 2 x 2 + a chain of residual blocks at the low resolution, four features a pixel at its end.

    (B, C, H, W) -> (B, C, 2 H, 2 W). Shi et al. 2016, 10.1109/CVPR.2016.207.
    """

    factor = 2

    def __init__(self, channels: Channels = 1, width: Width = 32, depth: Depth = 4) -> None:
        super().__init__()
        self.channels, self.width, self.depth = channels, width, depth
        self.head = Conv(channels, width).scaled(1.0)
        self.blocks = nn.Sequential(*(ResidualBlock(width, False, False) for _ in range(depth)))
        self.tail = Conv(width, channels * self.factor**2).scaled(0.1)

    def forward(self, y: Tensor) -> Tensor:
        more = functional.pixel_shuffle(self.tail(self.blocks(self.head(y))), self.factor)
        return more + y.repeat_interleave(self.factor, -1).repeat_interleave(self.factor, -2)
