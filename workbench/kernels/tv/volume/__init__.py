"""Total variation of volumes, and of grids whose sides differ: what every back end has.

The differences along each axis are multiplied by a number, `scale`, 1 / spacing. Images of square pixels have kernels
of their own, which are faster.
"""

from typing import TYPE_CHECKING, Protocol

from torch import Tensor

from workbench.kernels.tv.reference import Scale


class VolumeTVBackEnd(Protocol):
    """What every back end has: pyright holds them to it."""

    def gradient(self, x: Tensor, scale: Scale, /) -> Tensor: ...

    def divergence(self, p: Tensor, scale: Scale, /) -> Tensor: ...

    def tv(self, x: Tensor, isotropic: bool, scale: Scale, /) -> Tensor: ...

    def solve(
        self,
        x: Tensor,
        t: Tensor,
        isotropic: bool,
        tolerance: float,
        iterations: int,
        dual: Tensor | None,
        scale: Scale,
        /,
    ) -> tuple: ...


if TYPE_CHECKING:
    from workbench.kernels.tv import reference
    from workbench.kernels.tv.volume import numba

    _backends: tuple[VolumeTVBackEnd, ...] = (reference, numba)
