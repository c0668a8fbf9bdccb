"""A field of displacements as the unknown."""

from collections.abc import Mapping

import torch
from torch import Tensor

from workbench.operators.separable import along_axes
from workbench.parametrisations.base import PictureShape
from workbench.parametrisations.fields.splines import Spacing, control_points, spline_matrix
from workbench.parametrisations.warps.deformation import Deformation, Moving
from workbench.tensors import Constant


class Warp(Deformation):
    """x(p) = m(p + d(p)), d a cubic spline: block displacement, (axes, *control points), in px.

    Registration: m is the `moving` picture, and the data show another one, seen through any operator. What displaces
    little is chosen by a prior on the block, `OnUnknown(Elastic())`; `determinant(u)` says where areas grow or fold.
    Rueckert et al. 1999, doi 10.1109/42.796284.
    """

    formula = r"x(p) = m(p + d(p)), \quad d = \sum_k u_k \beta^3(p / h - k)"

    def __init__(self, shape: PictureShape = (1, 64, 64), spacing: Spacing = 8.0, moving: Moving = None) -> None:
        points = control_points(shape[1:], spacing)
        super().__init__(shape, {"displacement": (len(points), *points)}, moving)
        self.shape, self.spacing, self.moving = shape, spacing, moving
        pairs = list(zip(points, shape[1:], strict=True))
        self._values = [Constant(spline_matrix(few, many)) for few, many in pairs]
        self._slopes = [Constant(spline_matrix(few, many, slope=True)) for few, many in pairs]

    def places(self, views: Mapping[str, Tensor]) -> Tensor:
        d = views["displacement"]
        return self._pixels.like(d) + along_axes(d, (None, *(M.like(d) for M in self._values)))

    def determinant(self, u: Tensor) -> Tensor:
        d, axes = self.views(u)["displacement"], range(len(self.shape) - 1)
        slopes = [
            along_axes(d, (None, *((self._slopes if a == along else self._values)[a].like(d) for a in axes)))
            for along in axes
        ]
        jacobian = torch.stack(slopes, -1).movedim(1, -2) + torch.eye(len(slopes), dtype=d.dtype, device=d.device)
        return torch.linalg.det(jacobian)[:, None]
