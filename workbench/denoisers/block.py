"""Two convolutions, added to what came in."""

from torch import Tensor, nn

from workbench.denoisers.conv import Conv
from workbench.denoisers.layers import activation


class ResidualBlock(nn.Module):
    """h + K2 * f(K1 * h)."""

    def __init__(self, width: int, smooth: bool, biases: bool) -> None:
        super().__init__()
        self.first, self.second = Conv(width, width), Conv(width, width).scaled(0.3)
        self.act = activation(smooth)
        if biases:
            self.first.biased()

    def forward(self, h: Tensor) -> Tensor:
        return h + self.second(self.act(self.first(h)))
