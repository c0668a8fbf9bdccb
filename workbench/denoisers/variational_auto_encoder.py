"""A few numbers to a picture, and back."""

from typing import Annotated, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from workbench.denoisers.conv import Conv
from workbench.denoisers.network import Channels, ImageNetwork, Width
from workbench.parameters import Range
from workbench.tensors import Shape, shown


class Encoded(NamedTuple):
    """A picture that came through, (N, C, side, side), and the law of its numbers, (N, latent) each."""

    picture: Tensor
    mean: Tensor
    log_variance: Tensor


class VariationalAutoEncoder(ImageNetwork):
    """x -> z, `latent` numbers, their mean and spread; z -> picture: dense layers, SiLU, picture in [0, 1].

    For pictures of `side` x `side` px alone. Kingma, Welling 2014, arXiv 1312.6114.
    """

    def __init__(
        self,
        channels: Channels = 1,
        side: Annotated[int, Range(4, 32, unit="px", limits=(1, 1024)), "side of the pictures"] = 8,
        latent: Annotated[int, Range(1, 64, log=True, limits=(1, 10_000)), "numbers that a picture comes from"] = 8,
        width: Width = 128,
    ) -> None:
        super().__init__()
        self.channels, self.side, self.latent, self.width = channels, side, latent, width
        values = channels * side**2
        self.inward = nn.ModuleList(_dense(n, m) for n, m in ((values, width), (width, width), (width, 2 * latent)))
        self.outward = nn.ModuleList(_dense(n, m) for n, m in ((latent, width), (width, width), (width, values)))

    def encode(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """The mean of z and the logarithm of its variance, (N, latent) each."""
        h = x.flatten(1)[..., None, None]
        for layer in self.inward[:-1]:
            h = functional.silu(layer(h))
        mean, log_variance = self.inward[-1](h).flatten(1).chunk(2, 1)
        return mean, log_variance

    def decode(self, z: Tensor) -> Tensor:
        """The pictures, (N, C, side, side), of numbers (N, latent)."""
        h = z[..., None, None]
        for layer in self.outward[:-1]:
            h = functional.silu(layer(h))
        return self.outward[-1](h).sigmoid().reshape(-1, self.channels, self.side, self.side)

    def forward(self, x: Tensor, noise: Tensor | None = None) -> Encoded:
        """The law of z and the picture of its mean, or of mean + deviation noise."""
        mean, log_variance = self.encode(x)
        z = mean if noise is None else mean + (log_variance / 2).exp() * noise
        return Encoded(self.decode(z), mean, log_variance)

    def unfit(self, shape: Shape, dtype: torch.dtype) -> str:
        if said := super().unfit(shape, dtype):
            return said
        side = (self.side, self.side)
        fits = tuple(shape[1:]) == side
        return "" if fits else f"VariationalAutoEncoder was made for {shown(side)} px and not {shown(shape[1:])}"


def _dense(few: int, many: int) -> Conv:
    return Conv(few, many, 1).biased()
