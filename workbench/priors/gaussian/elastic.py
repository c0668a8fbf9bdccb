"""The energy of an elastic body as a prior of displacements."""

import math
from typing import Annotated

import torch
from torch import Tensor

from workbench.operators import LinearOperator
from workbench.parameters import Range
from workbench.priors.base import Weight
from workbench.priors.gaussian.squared_map import SquaredMap
from workbench.tensors import Shape, shown

_AXES = 3  # a signal has no more of them in space


class Elastic(SquaredMap):
    """g(x) = weight / 2 (sum over channels and axes of |D_a x_c|^2 + bulk |sum over a of D_a x_a|^2): x displacements.

    D are forward differences, 0 at the last pixel. Channel c moves along axis c. It is the energy of a linear elastic
    body, weight the shear modulus mu and bulk (lambda + mu) / mu: a large one keeps areas. A translation is free.
    Broit 1981; Modersitzki 2003, doi 10.1093/acprof:oso/9780198528418.001.0001.
    """

    formula = (
        r"g(x) = \frac{w}{2} \left( \sum_{a,c} |D_a x_c|^2 + \kappa\, \left|\textstyle\sum_a D_a x_a\right|^2 \right)"
        r", \quad \kappa = \text{bulk}"
    )

    def __init__(
        self,
        weight: Weight = 1.0,
        bulk: Annotated[float, Range(0, 100, limits=(0, 1e9)), "how much more a change of area costs"] = 1.0,
    ) -> None:
        super().__init__()
        self.weight, self.bulk = weight, bulk

    def lipschitz(self) -> float:
        return self.weight * 4 * _AXES * (1 + self.bulk)  # a difference is at most 2 long along each axis

    def linear(self, shape: Shape) -> LinearOperator:
        return _Strain(shape, self.bulk)

    def unfit(self, shape: Shape, dtype: torch.dtype) -> str:
        return "" if len(shape) > 1 else f"displacements of {shown(shape)} have no space to vary in: add an axis"


class _Strain(LinearOperator):
    """All differences of all channels, and sqrt(bulk) times the divergence: (C, *space) -> (C axes + 1, *space)."""

    def __init__(self, shape: Shape, bulk: float) -> None:
        self._axes = len(shape) - 1
        super().__init__(shape, (shape[0] * self._axes + 1, *shape[1:]))
        self._root = math.sqrt(bulk)

    def forward(self, x: Tensor) -> Tensor:
        d = torch.stack([_ahead(x, axis) for axis in range(2, x.ndim)], 2)
        areas = sum((d[:, a, a] for a in range(min(x.shape[1], self._axes))), torch.zeros_like(x[:, 0]))
        return torch.cat([d.flatten(1, 2), self._root * areas[:, None]], 1)

    def adjoint(self, y: Tensor) -> Tensor:
        d, areas = y[:, :-1].unflatten(1, (-1, self._axes)).clone(), self._root * y[:, -1]
        for a in range(min(d.shape[1], self._axes)):
            d[:, a, a] = d[:, a, a] + areas
        return torch.stack([_back(d[:, :, axis - 2], axis) for axis in range(2, y.ndim)]).sum(0)


def _ahead(x: Tensor, axis: int) -> Tensor:
    """x[i + 1] - x[i] along an axis, 0 at the last."""
    steps = x.diff(dim=axis)
    return torch.cat([steps, torch.zeros_like(x.narrow(axis, 0, 1))], axis)


def _back(y: Tensor, axis: int) -> Tensor:
    """The adjoint of it."""
    steps, zero = y.narrow(axis, 0, y.shape[axis] - 1), torch.zeros_like(y.narrow(axis, 0, 1))
    return torch.cat([zero, steps], axis) - torch.cat([steps, zero], axis)
