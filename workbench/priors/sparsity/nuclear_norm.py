"""Low rank."""

from collections.abc import Callable
from typing import Annotated

import torch
from torch import Tensor

from workbench.parameters import Range
from workbench.priors.base import Prior, Weight
from workbench.priors.can import Can
from workbench.priors.norm_balls import zero_inside
from workbench.priors.sparsity.patch_matrix import no_patches, patch_matrix, signal_of
from workbench.tensors import Shape

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
        return self.weight * torch.linalg.svdvals(patch_matrix(x, self.patch)).sum(1)

    def prox(self, x: Tensor, step: float) -> Tensor:
        return self._with(x, lambda values: (values - step * self.weight).clamp_min(0))

    def conjugate_prox(self, z: Tensor, step: float) -> Tensor:
        return self._with(z, lambda values: values.clamp_max(self.weight))

    def conjugate(self, z: Tensor) -> Tensor:
        values = torch.linalg.svdvals(patch_matrix(z, self.patch))
        return zero_inside(values, self.weight, _ROUNDING * torch.finfo(values.dtype).eps)

    def unfit(self, shape: Shape, dtype: torch.dtype) -> str:
        return no_patches(shape, self.patch)

    def _with(self, x: Tensor, change: Callable[[Tensor], Tensor]) -> Tensor:
        """x with other singular values of its matrix; what they leave at 0 is 0 to the last digit."""
        U, values, Vh = torch.linalg.svd(patch_matrix(x, self.patch), full_matrices=False)
        return signal_of((U * change(values)[:, None]) @ Vh, x.shape, self.patch)
