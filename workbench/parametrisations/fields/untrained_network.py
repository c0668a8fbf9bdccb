"""The weights of a network that nobody trained: its shape is the prior."""

import itertools
from collections.abc import Mapping
from typing import Annotated

import torch
from torch import Tensor

from workbench.operators import Field
from workbench.operators.separable import along_axes
from workbench.parameters import Range
from workbench.parametrisations.base import Parametrisation, PictureShape
from workbench.parametrisations.fields.fourier_features import first_layers, weights
from workbench.parametrisations.fields.interpolation import coarse, interpolation
from workbench.ranges import SEEDS
from workbench.refusal import Refusal
from workbench.tensors import Constant, shown, stream

_EPS = 1e-5  # beside the variance of a channel


class UntrainedNetwork(Parametrisation):
    """x = a deep decoder of a fixed random picture: `layers` times a mix of channels, linear upsampling, SiLU and each
    channel brought to mean 0 and variance 1; then a mix into the channels of x.

    Blocks are the mixes, weight_0, bias_0, ...; with few of them noise does not fit, and with many a run has to stop
    early. The first picture has the mean of the one given.
    Heckel, Hand 2019, arXiv 1810.03982; Ulyanov et al. 2018, arXiv 1711.10925.
    """

    formula = r"x = W_n h_n + b_n, \quad h_{i+1} = \mathrm{cn}(s(U_i (W_i h_i + b_i)))"
    field = Field.REAL

    def __init__(
        self,
        shape: PictureShape = (1, 64, 64),
        width: Annotated[int, Range(4, 128, log=True, limits=(1, 10_000)), "channels of a layer"] = 32,
        layers: Annotated[int, Range(1, 6, limits=(1, 12)), "times that sides double"] = 4,
        seed: Annotated[int, SEEDS, "which fixed picture and first weights"] = 0,
    ) -> None:
        sides = [coarse(shape[1:], 2**left) for left in reversed(range(layers + 1))]
        if max(sides[0], default=0) < 2:
            most = max(shape[1:], default=1).bit_length() - 2
            raise Refusal(f"at most {most} layers for pictures of {shown(shape)}", str(layers), "lower layers")
        super().__init__(shape, weights((*[width] * (layers + 1), shape[0])))
        self.shape, self.width, self.layers, self.seed = shape, width, layers, seed
        first = (1, width, *sides[0])
        self._first = Constant(torch.randn(first, dtype=torch.float64, generator=stream(seed, "fixed picture")))
        pairs = itertools.pairwise(sides)
        self._up = [[Constant(interpolation(n, m)) for n, m in zip(a, b, strict=True)] for a, b in pairs]

    def made(self, views: Mapping[str, Tensor]) -> Tensor:
        mixes = [(views[f"weight_{i}"], views[f"bias_{i}"]) for i in range(self.layers + 1)]
        h = self._first.like(mixes[0][1])
        h = h.expand(len(mixes[0][1]), *h.shape[1:])
        for (weight, bias), matrices in zip(mixes, self._up, strict=False):
            h = _mixed(weight, bias, h)
            h = torch.nn.functional.silu(along_axes(h, (None, *(M.like(h) for M in matrices))))
            axes = tuple(range(2, h.ndim))
            apart = h - h.mean(axes, keepdim=True)
            h = apart / (apart.square().mean(axes, keepdim=True) + _EPS).sqrt()
        return _mixed(*mixes[-1], h)

    def start(self, picture: Tensor, rng: torch.Generator) -> Tensor:
        views = first_layers(self.layout.shapes, picture, rng)
        return self.joined(views | {f"bias_{self.layers}": picture[0].flatten(1).mean(1)[None]})


def _mixed(weight: Tensor, bias: Tensor, h: Tensor) -> Tensor:
    """Each pixel's channels times a matrix of its item, (B, in, out), plus a bias, (B, out)."""
    return (weight.mT @ h.flatten(2) + bias[..., None]).reshape(len(h), -1, *h.shape[2:])
