"""Differences that go round, of which the prior sees those inside: the same prior, diagonal in Fourier modes."""

import functools

import torch
from torch import Tensor

from workbench.kernels.tv.reference import inner
from workbench.operators import FiniteDifference, LinearOperator
from workbench.priors.base import Prior
from workbench.priors.can import Can
from workbench.tensors import Shape

_KEPT = Can.VALUE | Can.PROX | Can.SPLIT | Can.CONVEX


class Around(Prior):
    """outer(z) for differences z, (B, C, d, *space), of which those across the last pixel of their axis are free."""

    def __init__(self, outer: Prior) -> None:
        super().__init__()
        self.outer_one, self.can = outer, outer.can & _KEPT

    def forward(self, x: Tensor) -> Tensor:
        return self.outer_one(_inside(x))

    def prox(self, x: Tensor, step: float) -> Tensor:
        within = _inside(x)
        return _inside(self.outer_one.prox(within, step)) + (x - within)

    def conjugate_prox(self, z: Tensor, step: float) -> Tensor:
        return _inside(self.outer_one.conjugate_prox(_inside(z), step))


def around(
    outer: Prior, shape: Shape, spacing: tuple[float, ...] = (), axes: tuple[int, ...] = ()
) -> tuple[Prior, LinearOperator]:
    """`outer` of reflecting differences as a prior of those that go round, and these."""
    return Around(outer), _differences(tuple(shape), spacing, axes)


@functools.lru_cache(maxsize=32)
def _differences(shape: Shape, spacing: tuple[float, ...], axes: tuple[int, ...]) -> LinearOperator:
    return FiniteDifference(shape, 1, "periodic", spacing, axes)


def _inside(z: Tensor) -> Tensor:
    return torch.where(inner(z), z, 0)
