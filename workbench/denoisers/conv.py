"""A convolution whose weights come from a generator of ours, never from a global one."""

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
