"""The layers of our networks: their weights come from a generator of ours, never from a global one."""

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional


class Conv(nn.Module):
    """K * h + b, or its transpose where it goes up: sides divided or multiplied by `stride`, kept where it is 1.

    In the precision of what comes in, whatever that of the weights. `gain` is that of the first weights.
    """

    def __init__(self, few: int, many: int, kernel: int = 3, stride: int = 1, up: bool = False) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.zeros((few, many, kernel, kernel) if up else (many, few, kernel, kernel)))
        self.bias: nn.Parameter | None = None
        self.stride, self.up, self.gain = stride, up, 2**0.5
        self._inputs = few if up else few * kernel**2

    def biased(self) -> "Conv":
        """This layer with a bias."""
        self.bias = nn.Parameter(torch.zeros(self.weight.shape[1 if self.up else 0]))
        return self

    def scaled(self, gain: float) -> "Conv":
        """This layer with another size of its first weights."""
        self.gain = gain
        return self

    def draw(self, rng: torch.Generator) -> None:
        """First weights, normal of variance gain^2 / inputs."""
        self.weight.copy_(torch.randn(self.weight.shape, generator=rng) * (self.gain / self._inputs**0.5))

    def kernel(self, h: Tensor) -> Tensor:
        """K in the precision of h."""
        return self.weight.to(h.dtype)

    def forward(self, h: Tensor) -> Tensor:
        bias = None if self.bias is None else self.bias.to(h.dtype)
        if self.up:
            return functional.conv_transpose2d(h, self.kernel(h), bias, stride=self.stride)
        padding = self.weight.shape[-1] // 2 if self.stride == 1 else 0
        return functional.conv2d(h, self.kernel(h), bias, stride=self.stride, padding=padding)


class Block(nn.Module):
    """h + K2 * f(K1 * h)."""

    def __init__(self, width: int, smooth: bool, biases: bool) -> None:
        super().__init__()
        self.first, self.second = Conv(width, width), Conv(width, width).scaled(0.3)
        self.act = activation(smooth)
        if biases:
            self.first.biased()

    def forward(self, h: Tensor) -> Tensor:
        return h + self.second(self.act(self.first(h)))


def activation(smooth: bool) -> Callable[[Tensor], Tensor]:
    """max(h, 0), or h sigmoid(h), which has all derivatives."""
    return functional.silu if smooth else functional.relu


def on_grid(x: Tensor, step: int, apply: Callable[[Tensor], Tensor]) -> Tensor:
    """apply(x) for an `apply` that asks for sides divisible by `step`: x goes on beyond its ends, and is cut again."""
    rows, columns = x.shape[-2:]
    below, right = -rows % step, -columns % step
    if not below and not right:
        return apply(x)
    return apply(functional.pad(x, (0, right, 0, below), mode="replicate"))[..., :rows, :columns]
