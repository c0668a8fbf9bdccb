"""A blur that changes from the centre to the edges, as that of a simple lens."""

from typing import Annotated

import torch
from torch import Tensor

from workbench.operators.base import LinearOperator, SignalShape
from workbench.operators.blurs.gaussian_blur import GaussianBlur
from workbench.operators.shapes import space_of
from workbench.parameters import Range
from workbench.tensors import Constant, Shape

Width = Range(0.3, 8, log=True, unit="px", limits=(0.01, 1e4))


class SpatiallyVaryingBlur(LinearOperator):
    """A x = sum_i k_i * (w_i x): Gaussians k_i at regions^axes places, shared among them by hats w_i of sum 1.

    The width grows from the centre to the corners with the squared distance; each pixel keeps its mass, and what
    leaves the signal comes back on the other side. Nagy & O'Leary 1998, 10.1137/S106482759528507X.
    """

    formula = r"A x = \sum_i k_i * (w_i \odot x), \quad \sum_i w_i = 1"

    nonnegative = True

    def __init__(
        self,
        shape: SignalShape = (1, 64, 64),
        centre: Annotated[float, Width, "standard deviation in the centre"] = 0.7,
        corner: Annotated[float, Width, "standard deviation in the corners"] = 2.5,
        regions: Annotated[int, Range(1, 7, limits=(1, 32)), "places along each axis"] = 3,
    ) -> None:
        space = space_of(shape, "SpatiallyVaryingBlur", (1, 2))
        super().__init__(shape, shape)
        self.shape, self.centre, self.corner, self.regions = shape, centre, corner, regions
        widths = (centre + (corner - centre) * _distance(regions, len(space)).square()).flatten()
        blurs = [GaussianBlur((1, *space), float(width)).transfer() for width in widths]
        self._transfers, self._shares = Constant(torch.stack(blurs)), Constant(_shares(space, regions))
        self._axes = tuple(range(-len(space), 0))

    def forward(self, x: Tensor) -> Tensor:
        parts = torch.fft.fftn(self._shares.like(x) * x[:, :, None], dim=self._axes)
        return self._signal((self._transfers.like(x) * parts).sum(2), x)

    def adjoint(self, y: Tensor) -> Tensor:
        whole = torch.fft.fftn(y, dim=self._axes)[:, :, None]
        return (self._shares.like(y) * self._signal(self._transfers.like(y) * whole, y)).sum(2)

    def _signal(self, spectrum: Tensor, like: Tensor) -> Tensor:
        x = torch.fft.ifftn(spectrum, dim=self._axes)
        return x if like.is_complex() else x.real


def _distance(regions: int, axes: int) -> Tensor:
    """Of each place from the centre, the corners being at 1."""
    line = torch.linspace(-1, 1, regions, dtype=torch.float64) if regions > 1 else torch.zeros(1, dtype=torch.float64)
    return torch.stack(torch.meshgrid(*[line] * axes, indexing="ij")).norm(dim=0) / axes**0.5


def _shares(space: Shape, regions: int) -> Tensor:
    """The products of hat functions around each place, (places, *space)."""
    shares = torch.ones((1,), dtype=torch.float64)
    for side in space:
        places = torch.linspace(0, regions - 1, side, dtype=torch.float64)
        hats = (1 - (places - torch.arange(regions)[:, None]).abs()).clamp_min(0)
        lead = (shares.shape[0], 1, *shares.shape[1:], 1)
        shares = (shares.reshape(lead) * hats.reshape(1, regions, *[1] * (shares.ndim - 1), side)).flatten(0, 1)
    return shares
