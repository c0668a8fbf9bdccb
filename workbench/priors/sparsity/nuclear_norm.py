"""Low rank."""

import math
from collections.abc import Callable
from typing import Annotated

import torch
from torch import Tensor

from workbench.parameters import Range
from workbench.priors.base import Prior, Weight
from workbench.priors.can import Can
from workbench.priors.norm_balls import zero_inside
from workbench.tensors import Shape, shown

_ROUNDING = 64  # in units of the last place: what a decomposition and back leaves


class NuclearNorm(Prior):
    """g(x) = weight sum of the singular values of a matrix M of x: few patches, or channels, say all.

    The rows of M are the square patches, side by side and without overlap, of all channels: (patches, C patch^d). Of
    patches of one pixel the rows are spectra: M is pixels by channels. The prox shrinks the singular values.
    Cai, Candes, Shen 2010, 10.1137/080738970.
    """

    formula = r"g(x) = w \sum_i \sigma_i(M x)"

    can = Can.VALUE | Can.PROX | Can.SPLIT | Can.DENOISE | Can.CONVEX | Can.CONJUGATE

    def __init__(
        self,
        weight: Weight = 60.0,
        patch: Annotated[int, Range(1, 16, unit="px"), "side of a patch; 1: the channels of each pixel"] = 8,
    ) -> None:
        super().__init__()
        self.weight, self.patch = weight, patch

    def forward(self, x: Tensor) -> Tensor:
        return self.weight * torch.linalg.svdvals(self._matrix(x)).sum(1)

    def prox(self, x: Tensor, step: float) -> Tensor:
        return self._with(x, lambda values: (values - step * self.weight).clamp_min(0))

    def conjugate_prox(self, z: Tensor, step: float) -> Tensor:
        return self._with(z, lambda values: values.clamp_max(self.weight))

    def conjugate(self, z: Tensor) -> Tensor:
        values = torch.linalg.svdvals(self._matrix(z))
        return zero_inside(values, self.weight, _ROUNDING * torch.finfo(values.dtype).eps)

    def unfit(self, shape: Shape, dtype: torch.dtype) -> str:
        space = shape[1:]
        if not space or any(side % self.patch for side in space):
            common = math.gcd(*space) if space else 1
            remedy = f"take patch={max(d for d in range(1, 17) if common % d == 0)}"
            return f"{shown(space)} px are not patches of {self.patch} px side by side: {remedy}, or crop"
        if self.patch == 1 and shape[0] == 1:
            return "one channel has no rank to lower: take patches of several pixels"
        return ""

    def _with(self, x: Tensor, change: Callable[[Tensor], Tensor]) -> Tensor:
        """x with other singular values of its matrix; what they leave at 0 is 0 to the last digit."""
        U, values, Vh = torch.linalg.svd(self._matrix(x), full_matrices=False)
        return self._signal((U * change(values)[:, None]) @ Vh, x.shape)

    def _matrix(self, x: Tensor) -> Tensor:
        d = x.ndim - 2
        cut = x.reshape(*x.shape[:2], *[n for side in x.shape[2:] for n in (side // self.patch, self.patch)])
        places, insides = range(2, 2 + 2 * d, 2), range(3, 3 + 2 * d, 2)
        return cut.permute(0, *places, 1, *insides).flatten(1, d).flatten(2)

    def _signal(self, matrix: Tensor, shape: torch.Size) -> Tensor:
        d = len(shape) - 2
        cut = matrix.reshape(shape[0], *[side // self.patch for side in shape[2:]], shape[1], *[self.patch] * d)
        order = [place for axis in range(d) for place in (1 + axis, 2 + d + axis)]
        return cut.permute(0, 1 + d, *order).reshape(shape)
