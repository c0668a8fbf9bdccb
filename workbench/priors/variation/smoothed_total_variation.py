"""Total variation without its kink: twice differentiable, for spectra and for methods that need a gradient."""

from collections.abc import Callable
from typing import Annotated

import torch
from torch import Tensor

from workbench.kernels import tv as kernel
from workbench.operators import Basis
from workbench.operators.cosine import laplacian
from workbench.parameters import Range
from workbench.priors.base import Prior, Weight
from workbench.priors.can import Can
from workbench.tensors import Shape, abs2, shown


class SmoothedTotalVariation(Prior):
    """g(x) = weight sum over pixels of sqrt(|Dx|^2 + width^2) - width: total variation, its kink rounded off.

    D are the forward differences of each channel; |Dx| is that of TotalVariation, isotropic or not, and differs from
    this by at most `width` a pixel. At a constant image the Hessian is weight / width D*D. Acar & Vogel 1994,
    doi 10.1088/0266-5611/10/6/003.
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
    ) -> None:
        super().__init__()
        self.weight, self.width, self.isotropic = weight, width, isotropic

    def forward(self, x: Tensor) -> Tensor:
        d = kernel.gradient(x)
        square = self._square(d)
        # The difference of nearly equal roots, without the cancellation.
        return self.weight * (square / (self._root(square) + self.width)).flatten(1).sum(1)

    def grad(self, x: Tensor) -> Tensor:
        d = kernel.gradient(x)
        return -self.weight * kernel.divergence(d / self._root(self._square(d)))

    def lipschitz(self) -> float:
        return 8 * self.weight / self.width  # |D|^2 < 8 for two axes, 4 for one

    def hvp(self, x: Tensor, v: Tensor) -> Tensor:
        return self.hessian(x)(v)

    def hessian(self, x: Tensor) -> Callable[[Tensor], Tensor]:
        d = kernel.gradient(x)
        root = self._root(self._square(d))
        unit, bend = d / root, self.weight / root

        def apply(v: Tensor) -> Tensor:
            e = kernel.gradient(v)
            along = (unit.conj() * e).real
            if self.isotropic:
                along = along.sum(2, keepdim=True)
            return -kernel.divergence(bend * (e - along * unit))

        return apply

    def majorant(self, v: Tensor) -> Tensor:
        return self.hvp(torch.zeros_like(v), v)  # every pixel bends most where it has no slope

    def spectrum(self, x: Tensor, basis: Basis) -> Tensor | None:
        if basis != "cosine" or bool(kernel.gradient(x).any()):
            return None
        return (self.weight / self.width * laplacian(tuple(x.shape[2:]), "reflect")).expand(x.shape).to(x.device)

    def unfit(self, shape: Shape, dtype: torch.dtype) -> str:
        if len(shape) not in (2, 3):
            return f"total variation takes channels and one or two space axes, not {shown(shape)}: take slices"
        return ""

    def _square(self, d: Tensor) -> Tensor:
        return abs2(d).sum(2, keepdim=True) if self.isotropic else abs2(d)

    def _root(self, square: Tensor) -> Tensor:
        return (square + self.width**2).sqrt()
