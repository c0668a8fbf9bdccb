"""A small network from places to values as the unknown."""

import functools
import itertools
import math
from collections.abc import Mapping
from typing import Annotated

import torch
from torch import Tensor

from workbench.operators import Field
from workbench.parameters import Range
from workbench.parametrisations.base import Parametrisation, PictureShape, noisy
from workbench.ranges import SEEDS
from workbench.tensors import Constant, Shape, stream


class FourierFeatures(Parametrisation):
    """x(p) = W_2 s(W_1 s(W_0 f(p) + b_0) + b_1) + b_2 at each pixel p, f = (cos, sin)(2 pi B p), s = SiLU; B is fixed.

    Blocks are the weights, weight_0, bias_0, .... A larger `bandwidth` has finer detail, and more noise. The first
    picture is nearly level, at the mean of the one given. Tancik et al. 2020, arXiv 2006.10739.
    """

    formula = r"x(p) = W_2 \, s(W_1 \, s(W_0 f(p) + b_0) + b_1) + b_2, \quad f(p) = (\cos, \sin)(2 \pi B p)"
    field = Field.REAL

    def __init__(
        self,
        shape: PictureShape = (1, 64, 64),
        features: Annotated[int, Range(4, 256, log=True, limits=(1, 100_000)), "rows of B"] = 64,
        width: Annotated[int, Range(4, 256, log=True, limits=(1, 100_000)), "width of a layer"] = 64,
        bandwidth: Annotated[float, Range(0.3, 30, log=True, limits=(0, 1e4)), "periods along a side, rms"] = 4.0,
        seed: Annotated[int, SEEDS, "which B and first weights"] = 0,
    ) -> None:
        sides = (2 * features, width, width, shape[0])
        super().__init__(shape, weights(sides))
        self.shape, self.features, self.width, self.bandwidth, self.seed = shape, features, width, bandwidth, seed

    @functools.cached_property
    def _inputs(self) -> Constant:
        """Made when it is first asked for: a menu that only asks whether this can stand there need not wait."""
        return Constant(_features(self.shape[1:], self.features, self.bandwidth, self.seed))

    def made(self, views: Mapping[str, Tensor]) -> Tensor:
        values = self._inputs.like(views["bias_0"])
        for layer in range(3):
            values = values @ views[f"weight_{layer}"] + views[f"bias_{layer}"][:, None]
            values = torch.nn.functional.silu(values) if layer < 2 else values
        return values.mT.reshape(-1, *self.shape)

    def start(self, picture: Tensor, rng: torch.Generator) -> Tensor:
        views = first_layers(self.layout.shapes, picture, rng)
        return self.joined(views | {"bias_2": picture[0].flatten(1).mean(1)[None]})


def weights(sides: Shape) -> dict[str, Shape]:
    """The shapes of weight_0, (in, out), bias_0, (out,), ... of layers between those widths."""
    pairs = enumerate(itertools.pairwise(sides))
    return {name: s for i, (n, m) in pairs for name, s in ((f"weight_{i}", (n, m)), (f"bias_{i}", (m,)))}


def first_layers(shapes: Mapping[str, Shape], like: Tensor, rng: torch.Generator) -> dict[str, Tensor]:
    """Weights that keep the size of what goes through, He et al. 2015, arXiv 1502.01852, and no biases."""
    zeros = {name: like.new_zeros((1, *shape)) for name, shape in shapes.items()}
    return {n: noisy(z, rng, math.sqrt(2 / z.shape[1])) if z.ndim == 3 else z for n, z in zeros.items()}


def _features(space: Shape, count: int, bandwidth: float, seed: int) -> Tensor:
    """(pixels, 2 count), float64."""
    axes = torch.meshgrid(*(torch.arange(n, dtype=torch.float64) / n for n in space), indexing="ij")
    places = torch.stack(axes, -1).reshape(-1, len(space))
    rows = torch.randn(len(space), count, dtype=torch.float64, generator=stream(seed, "frequencies of features"))
    phases = 2 * math.pi * places @ (bandwidth * rows)
    return torch.cat([phases.cos(), phases.sin()], 1)
