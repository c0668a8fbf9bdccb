"""Total variation without its kink: twice differentiable, for spectra and for methods that need a gradient."""

from collections.abc import Callable
from typing import Annotated

import torch
from torch import Tensor

from workbench.kernels import tv as kernel
from workbench.operators import Basis
from workbench.operators.cosine import laplacian
from workbench.operators.differences.spacing import Axes, Spacing, scale_of
from workbench.parameters import Range
from workbench.priors.base import Prior, Weight
from workbench.priors.can import Can
from workbench.priors.variation.grids import longest, no_differences
from workbench.tensors import Shape, abs2


class SmoothedTotalVariation(Prior):
    """g(x) = weight sum over pixels of sqrt(|Dx|^2 + width^2) - width: total variation, its kink rounded off.

    D are the forward differences of each channel along `axes`, divided by their spacing; |Dx| is that of
    TotalVariation, isotropic or not, and differs from this by at most `width` a pixel. At a constant image the Hessian
    is weight / width D*D. Acar & Vogel 1994, doi 10.1088/0266-5611/10/6/003.
    """

    formula = r"g(x) = w \sum_i (\sqrt{|(Dx)_i|^2 + \epsilon^2} - \epsilon), \quad \epsilon = \text{width}"

    can = Can.VALUE | Can.GRAD | Can.HVP | Can.CONVEX
    suits = frozenset({"piecewise constant"})

    def __init__(
        self,
        weight: Weight = 10.0,
        width: Annotated[
            float, Range(1e-3, 1, log=True, limits=(1e-9, 1e9)), "difference below which it is a parabola"
        ] = 0.05,
        isotropic: Annotated[bool, "edges of every direction count by their length; else along the axes"] = True,
        spacing: Spacing = (),
        axes: Axes = (),
    ) -> None:
        super().__init__()
        self.weight, self.width, self.isotropic = weight, width, isotropic
        self.spacing, self.axes = spacing, axes

    def forward(self, x: Tensor) -> Tensor:
        d = kernel.gradient(x, self._scale(x))
        square = self._square(d)
        # The difference of nearly equal roots, without the cancellation.
        return self.weight * (square / (self._root(square) + self.width)).flatten(1).sum(1)

    def grad(self, x: Tensor) -> Tensor:
        scale = self._scale(x)
        d = kernel.gradient(x, scale)
        return -self.weight * kernel.divergence(d / self._root(self._square(d)), scale)

    def lipschitz(self) -> float:
        return longest(self.spacing) * self.weight / self.width

    def lipschitz_on(self, shape: Shape) -> float:
        return longest(self.spacing, len(shape) - 1) * self.weight / self.width

    def hvp(self, x: Tensor, v: Tensor) -> Tensor:
        return self.hessian(x)(v)

    def hessian(self, x: Tensor) -> Callable[[Tensor], Tensor]:
        scale = self._scale(x)
        d = kernel.gradient(x, scale)
        root = self._root(self._square(d))
        unit, bend = d / root, self.weight / root

        def apply(v: Tensor) -> Tensor:
            e = kernel.gradient(v, scale)
            along = (unit.conj() * e).real
            if self.isotropic:
                along = along.sum(2, keepdim=True)
            return -kernel.divergence(bend * (e - along * unit), scale)

        return apply

    def majorant(self, v: Tensor) -> Tensor:
        return self.hvp(torch.zeros_like(v), v)  # every pixel bends most where it has no slope

    def spectrum(self, x: Tensor, basis: Basis) -> Tensor | None:
        if basis != "cosine" or bool(kernel.gradient(x).any()):
            return None
        modes = laplacian(tuple(x.shape[2:]), "reflect", scale=self._scale(x))
        return (self.weight / self.width * modes).expand(x.shape).to(x.device)

    def unfit(self, shape: Shape, dtype: torch.dtype) -> str:
        return no_differences(shape, self.spacing, axes=self.axes)

    def _scale(self, x: Tensor) -> tuple[float, ...]:
        return scale_of(self.spacing, tuple(x.shape[1:]), type(self).__name__, self.axes)

    def _square(self, d: Tensor) -> Tensor:
        return abs2(d).sum(2, keepdim=True) if self.isotropic else abs2(d)

    def _root(self, square: Tensor) -> Tensor:
        return (square + self.width**2).sqrt()
