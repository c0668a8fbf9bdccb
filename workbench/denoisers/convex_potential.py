"""A network that is the prox of something, whatever its weights."""

from typing import Annotated

import torch
from torch import Tensor, nn
from torch.nn import functional

from workbench.denoisers.conv import Conv
from workbench.denoisers.network import Channels, Depth, ImageNetwork, Width
from workbench.denoisers.positive import Positive
from workbench.parameters import Range

_SHARPNESS = 10.0  # of the softplus


class ConvexPotential(ImageNetwork):
    """psi(y) = <1, z_L> + curvature |y|^2 / 2, z_k+1 = softplus(|V_k| * z_k + W_k * y + b_k), z_1 = softplus(W y + b).

    Convex in y, so that f = grad psi is the prox of a function: of phi(f(y)) = <f(y), y> - |f(y)|^2 / 2 - psi(y).
    Amos, Xu & Kolter 2017, arXiv:1609.07152; Fang, Buchanan & Sulam 2024, arXiv:2310.14344. For signals of any shape,
    one entry by itself where the kernel is 1.
    """

    def __init__(
        self,
        channels: Channels = 1,
        width: Width = 32,
        depth: Depth = 3,
        kernel: Annotated[int, Range(1, 7, limits=(1, 31)), "side of the kernels, odd"] = 5,
        curvature: Annotated[float, Range(1e-3, 0.5, log=True, limits=(1e-6, 1)), "least slope of the prox"] = 0.05,
    ) -> None:
        super().__init__()
        self.channels, self.width, self.depth = channels, width, depth
        self.kernel, self.curvature = kernel, curvature
        self.data = nn.ModuleList(Conv(channels, width, kernel).biased().scaled(1.0) for _ in range(depth))
        # A kernel |K| of n entries multiplies by the sum of n moduli, not by the root of the sum of squares.
        gain = 1 / (width * kernel**2) ** 0.5
        self.inner = nn.ModuleList(Positive(width, width, kernel).scaled(gain) for _ in range(depth - 1))
        self.last = Positive(width, 1, 1).scaled(0.3)

    def potential(self, y: Tensor) -> Tensor:
        """psi(y) of each item, (B,)."""
        z = functional.softplus(self.data[0](y), _SHARPNESS)
        for inner, data in zip(self.inner, self.data[1:], strict=True):
            z = functional.softplus(inner(z) + data(y), _SHARPNESS)
        return (self.last(z).flatten(1)).sum(1) + self.curvature / 2 * y.square().flatten(1).sum(1)

    def forward(self, y: Tensor) -> Tensor:
        """f(y) = grad psi(y), in the shape of y."""
        return torch.func.grad(lambda v: self.potential(v).sum())(y)
