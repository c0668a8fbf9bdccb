"""A small network from places to values whose activations are found with its weights."""

import math
from collections.abc import Mapping
from typing import Annotated

import torch
from torch import Tensor

from workbench.operators import Field
from workbench.parameters import Range
from workbench.parametrisations.base import Parametrisation, PictureShape, noisy
from workbench.parametrisations.fields.fourier_features import weights
from workbench.ranges import SEEDS
from workbench.tensors import Constant, Shape

_LAYERS = 2  # with activations


class LearnableActivation(Parametrisation):
    """x(p) = W_2 s_1(W_1 s_0(W_0 p + b_0) + b_1) + b_2 at each p in [-1, 1]^d, s_l(t) = sum_k c_k sin(w_k t + f_k).

    Blocks are weights and biases, and the amplitudes c, frequencies w and phases f of each s_l, which all units of a
    layer share. First frequencies are up to `frequency`; s_l has then a variance of about 1. The first picture is
    nearly level, at the mean of the one given. Morsali et al. 2025, arXiv 2502.00869.
    """

    formula = (
        r"x(p) = W_2 \, s_1(W_1 \, s_0(W_0 p + b_0) + b_1) + b_2, \quad s_l(t) = \sum_k c_k \sin(\omega_k t + \phi_k)"
    )
    field = Field.REAL

    def __init__(
        self,
        shape: PictureShape = (1, 64, 64),
        width: Annotated[int, Range(4, 256, log=True, limits=(1, 100_000)), "width of a layer"] = 64,
        sines: Annotated[int, Range(1, 16, limits=(1, 1000)), "in an activation"] = 5,
        frequency: Annotated[float, Range(1, 100, log=True, limits=(0, 1e4)), "largest of the first layer's"] = 30.0,
        seed: Annotated[int, SEEDS, "which first weights and activations"] = 0,
    ) -> None:
        blocks = weights((len(shape) - 1, width, width, shape[0]))
        for layer in range(_LAYERS):
            blocks |= {f"{name}_{layer}": (sines,) for name in ("amplitude", "frequency", "phase")}
        super().__init__(shape, blocks)
        self.shape, self.width, self.sines, self.frequency, self.seed = shape, width, sines, frequency, seed
        self._places = Constant(_places(shape[1:]))

    def made(self, views: Mapping[str, Tensor]) -> Tensor:
        values = self._places.like(views["bias_0"])
        for layer in range(_LAYERS + 1):
            values = values @ views[f"weight_{layer}"] + views[f"bias_{layer}"][:, None]
            values = self._activated(views, layer, values) if layer < _LAYERS else values
        return values.mT.reshape(-1, *self.shape)

    def activation(self, u: Tensor, layer: int, t: Tensor) -> Tensor:
        """s_l at the numbers t, (n,): (B, n)."""
        return self._activated(self.views(u), layer, t.expand(len(u), 1, -1))[:, 0]

    def start(self, picture: Tensor, rng: torch.Generator) -> Tensor:
        zeros = {name: picture.new_zeros((1, *shape)) for name, shape in self.layout.shapes.items()}
        views = {n: _uniform(z, rng, 1 / math.sqrt(z.shape[1])) if z.ndim == 3 else z for n, z in zeros.items()}
        for layer in range(_LAYERS):
            top = self.frequency if layer == 0 else 1.0
            # A sine of random phase has variance 1 / 2.
            views[f"amplitude_{layer}"] = noisy(zeros[f"amplitude_{layer}"], rng, math.sqrt(2 / self.sines))
            views[f"frequency_{layer}"] = _uniform(zeros[f"frequency_{layer}"], rng, top)
            views[f"phase_{layer}"] = _uniform(zeros[f"phase_{layer}"], rng, math.pi)
        last = f"bias_{_LAYERS}"
        return self.joined(views | {last: picture[0].flatten(1).mean(1)[None]})

    def _activated(self, views: Mapping[str, Tensor], layer: int, t: Tensor) -> Tensor:
        found = torch.zeros_like(t)
        for k in range(self.sines):  # one after the other: all at once would be that many times the memory
            c, w, f = (views[f"{name}_{layer}"][:, k, None, None] for name in ("amplitude", "frequency", "phase"))
            found = found + c * (w * t + f).sin()
        return found


def _uniform(like: Tensor, rng: torch.Generator, most: float) -> Tensor:
    """Even numbers in [-most, most]."""
    return most * (2 * torch.rand(like.shape, generator=rng, dtype=like.dtype, device=like.device) - 1)


def _places(space: Shape) -> Tensor:
    """The middle of each pixel in [-1, 1]^d: (pixels, d), float64."""
    axes = [(2 * torch.arange(n, dtype=torch.float64) + 1) / n - 1 for n in space]
    return torch.stack(torch.meshgrid(*axes, indexing="ij"), -1).reshape(-1, len(space))
