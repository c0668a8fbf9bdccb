"""Total variation that costs less where edges are known to be."""

from collections.abc import Callable
from typing import Annotated, Self

import torch
from torch import Tensor

from workbench.kernels import tv as kernel
from workbench.operators import GaussianBlur, LinearOperator
from workbench.operators.differences.gradient import Gradient
from workbench.operators.differences.spacing import Axes, Spacing, scale_of
from workbench.parameters import Range
from workbench.priors.base import Prior, Weight
from workbench.priors.can import Can
from workbench.priors.maps import FromPicture, Guide, Rows, drawn, misfit, rows_of
from workbench.priors.norm_balls import into_ball, zero_inside
from workbench.priors.variation.around import around
from workbench.priors.variation.grids import longest, no_differences
from workbench.refusal import Refusal
from workbench.tensors import Constant, Shape, abs2

Contrast = Annotated[float, Range(0.01, 1, log=True, limits=(1e-9, 1e9)), "difference at which a weight is halved"]


_FAINT = 0.05  # of a picture's range: differences at which the weight made of it is halved


class WeightedTotalVariation(Prior, FromPicture):
    """g(x) = weight sum over pixels i of w_i |Dx|_i: total variation with a weight for each pixel, 1 if none is given.

    D are the forward differences of each channel along `axes`, divided by their spacing, |Dx|_i their Euclidean norm
    in a pixel; one or two space axes, three where no weights are given.
    `weights_from` computes w from a first reconstruction. Candes, Wakin, Boyd 2008, 10.1007/s00041-008-9045-x.
    """

    formula = r"g(x) = w \sum_i w_i\, |(Dx)_i|"

    can = Can.VALUE | Can.SPLIT | Can.CONVEX
    suits = frozenset({"piecewise constant"})
    map_argument = "weights"

    def __init__(self, weight: Weight = 10.0, weights: Guide = (), spacing: Spacing = (), axes: Axes = ()) -> None:
        super().__init__()
        self.weight, self.weights, self.spacing, self.axes = weight, weights, spacing, axes
        self._map = drawn(weights, "WeightedTotalVariation.weights")
        if self._map is not None and bool((self._map.value < 0).any()):
            raise Refusal("weights of at least 0", f"{float(self._map.value.min()):g}", "take their moduli")

    @classmethod
    def weights_from(cls, x: Tensor, weight: float = 10.0, contrast: float = 0.05, width: float = 1.0) -> Self:
        """w = contrast / (|Dx| + contrast), |Dx| of all channels of the first item, blurred over `width` px."""
        size = abs2(kernel.gradient(x[:1])).sum((1, 2), keepdim=False).sqrt()[:, None]
        edges = GaussianBlur((1, *x.shape[2:]), width)(size).clamp_min(0)
        return cls(weight, rows_of((contrast / (edges + contrast))[0, 0]))

    def rows_from(self, x: Tensor) -> Rows:
        size = x[:1].abs()
        span = float(size.max() - size.min())
        if span == 0:
            raise Refusal("a picture with edges for the weights", "a flat one", "take one of a run that has gone on")
        return self.weights_from(x, contrast=_FAINT * span).weights

    def forward(self, x: Tensor) -> Tensor:
        scale = scale_of(self.spacing, tuple(x.shape[1:]), type(self).__name__, self.axes)
        return self.outer(kernel.gradient(x, scale))

    @property
    def outer(self) -> Prior:
        return _WeightedGroups(self.weight, self._map)

    def linear(self, shape: Shape) -> LinearOperator:
        return Gradient(shape, self.spacing, self.axes)

    def periodic_split(self, shape: Shape) -> tuple[Prior, LinearOperator]:
        return around(self.outer, shape, self.spacing, self.axes)

    def smoothed(self, width: float) -> Prior:
        there = torch.ones((), dtype=torch.float64) if self._map is None else self._map.value
        return SmoothedWeighting(self.weight * there, width, self.spacing, self.axes)

    def unfit(self, shape: Shape, dtype: torch.dtype) -> str:
        return no_differences(shape, self.spacing, axes=self.axes) or misfit(self._map, shape)


class SmoothedWeighting(Prior):
    """g(x) = sum over pixels of w_i (sqrt(|Dx|_i^2 + width^2) - width), w over space or one for all, which may ask for
    gradients: WeightedTotalVariation without its kink."""

    can = Can.VALUE | Can.GRAD | Can.HVP | Can.CONVEX

    def __init__(
        self, weights: Tensor, width: float, spacing: tuple[float, ...] = (), axes: tuple[int, ...] = ()
    ) -> None:
        super().__init__()
        self.weights, self.width, self.spacing, self.axes = weights, width, spacing, axes

    def forward(self, x: Tensor) -> Tensor:
        square = self._square(kernel.gradient(x, self._scale(x)))
        return (self.weights.to(square) * square / (self._root(square) + self.width)).flatten(1).sum(1)

    def grad(self, x: Tensor) -> Tensor:
        scale = self._scale(x)
        d = kernel.gradient(x, scale)
        root = self._root(self._square(d))
        return -kernel.divergence(self.weights.to(root) * d / root, scale)

    def lipschitz(self) -> float:
        return longest(self.spacing) * float(self.weights.detach().max()) / self.width

    def lipschitz_on(self, shape: Shape) -> float:
        return longest(self.spacing, len(shape) - 1) * float(self.weights.detach().max()) / self.width

    def hvp(self, x: Tensor, v: Tensor) -> Tensor:
        return self.hessian(x)(v)

    def hessian(self, x: Tensor) -> Callable[[Tensor], Tensor]:
        scale = self._scale(x)
        d = kernel.gradient(x, scale)
        root = self._root(self._square(d))
        unit, bend = d / root, self.weights.to(root) / root

        def apply(v: Tensor) -> Tensor:
            e = kernel.gradient(v, scale)
            along = (unit.conj() * e).real.sum(2, keepdim=True)
            return -kernel.divergence(bend * (e - along * unit), scale)

        return apply

    def _scale(self, x: Tensor) -> tuple[float, ...]:
        return scale_of(self.spacing, tuple(x.shape[1:]), "WeightedTotalVariation", self.axes)

    @staticmethod
    def _square(d: Tensor) -> Tensor:
        return abs2(d).sum(2, keepdim=True)

    def _root(self, square: Tensor) -> Tensor:
        return (square + self.width**2).sqrt()


class _WeightedGroups(Prior):
    """weight sum of w |x|, |x| the norm along axis 2 of (B, C, d, *space), w over space."""

    can = Can.VALUE | Can.PROX | Can.SPLIT | Can.CONVEX | Can.CONJUGATE

    def __init__(self, weight: float, weights: Constant | None) -> None:
        super().__init__()
        self.weight, self._map = weight, weights or Constant(torch.ones((), dtype=torch.float64))

    def forward(self, x: Tensor) -> Tensor:
        return (self._radii(x) * self._size(x)).flatten(1).sum(1)

    def prox(self, x: Tensor, step: float) -> Tensor:
        return x - into_ball(x, self._size(x), step * self._radii(x))

    def conjugate_prox(self, z: Tensor, step: float) -> Tensor:
        return into_ball(z, self._size(z), self._radii(z))

    def conjugate(self, z: Tensor) -> Tensor:
        radii, size = self._radii(z), self._size(z)
        # In units of the radius, and as it is where that is 0.
        return zero_inside(torch.where(radii > 0, size / radii, torch.where(size > 0, torch.inf, size)), 1.0)

    def _radii(self, x: Tensor) -> Tensor:
        return self.weight * self._map.like(x)

    @staticmethod
    def _size(x: Tensor) -> Tensor:
        return abs2(x).sum(2, keepdim=True).sqrt()
