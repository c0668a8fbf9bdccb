"""Values of a volume on planes that cut it."""

import math
from typing import Annotated

import torch
from torch import Tensor

from workbench.kernels.scattered import Neighbours, interpolate, spread
from workbench.operators.base import LinearOperator, SignalShape
from workbench.operators.shapes import space_of
from workbench.parameters import Range
from workbench.refusal import Refusal
from workbench.tensors import Constant, Shape, require_finite, shown

Rows = tuple[tuple[float, ...], ...]
_GOLDEN = math.pi * (3 - 5**0.5)  # between neighbours of points that are spread evenly over a sphere
_ENTRIES = 4  # of a plane: its normal and how far it is from the middle


class CrossSections(LinearOperator):
    """(A x)_pij = x at c + d_p n_p + (i - m) e_p + (j - m) f_p: a volume read on planes, (C, planes, side, side).

    A plane is a row: its normal n along the axes of the volume, of any length, and its distance d from the middle c, in
    px. A number alone takes so many planes through the middle, their normals spread evenly. e, f and n are orthonormal,
    m is the middle of the side, that of the longest axis. Between pixels straight lines, beyond the volume 0.
    """

    formula = r"(Ax)_{pij} = x\big(c + d_p n_p + (i - m)\, e_p + (j - m)\, f_p\big)"

    nonnegative = True

    def __init__(
        self,
        shape: SignalShape = (1, 24, 24, 24),
        planes: Annotated[
            int | Tensor | Rows,
            Range(1, 64, limits=(-1e5, 1e5)),
            "number of planes, or a row for each: normal and distance from the middle, px",
        ] = 8,
    ) -> None:
        space, side = space_of(shape, "CrossSections", (3,)), max(shape[1:])
        rows = _even(planes) if isinstance(planes, int) else _checked(planes)
        super().__init__(shape, (shape[0], len(rows), side, side))
        self.shape, self.planes = shape, planes
        self._rows = rows
        self._near = _neighbours(_places(rows, space), space)

    def rows(self) -> Tensor:
        """Normal, of length 1, and distance of each plane, (planes, 4), float64."""
        return self._rows

    def places(self) -> Tensor:
        """Where each pixel of each section lies in the volume, in px: (3, planes, side, side), float64."""
        return _places(self._rows, self.shape[1:])

    def forward(self, x: Tensor) -> Tensor:
        return interpolate(x.flatten(0, 1), self._near).reshape(len(x), *self.out_shape)

    def adjoint(self, y: Tensor) -> Tensor:
        return spread(y.flatten(0, 1).flatten(1), self._near).reshape(len(y), *self.in_shape)

    def shapes_behind(self, shape: Shape) -> tuple[Shape, ...]:
        """A cube as wide as the sections."""
        return ((shape[0], *[shape[-1]] * 3),)


def _even(count: int) -> Tensor:
    """Planes through the middle whose normals are spread over half a sphere, as seeds of a sunflower are."""
    if count < 1:
        raise Refusal("at least one plane for CrossSections.planes", str(count), "give their number, or their rows")
    at = torch.arange(count, dtype=torch.float64)
    height = 1 - (at + 0.5) / count
    across = (1 - height.square()).sqrt()
    return torch.stack([height, across * (_GOLDEN * at).cos(), across * (_GOLDEN * at).sin(), torch.zeros_like(at)], 1)


def _checked(planes: Tensor | Rows) -> Tensor:
    """Rows of normals of length 1 and distances; Refusal where they are none."""
    wanted = "a row for each plane for CrossSections.planes, three numbers of its normal and its distance in px"
    lengths = {len(row) for row in planes} if not isinstance(planes, Tensor) or planes.ndim == 2 else set[int]()
    if lengths != {_ENTRIES}:
        came = f"an array of {shown(tuple(planes.shape))}" if isinstance(planes, Tensor) else f"rows of {lengths}"
        raise Refusal(wanted, came, "give planes=((1, 0, 0, 2.5), ...), for example")
    rows = torch.as_tensor(planes, dtype=torch.float64)
    require_finite(rows, "the planes for CrossSections")
    length = torch.linalg.vector_norm(rows[:, :3], dim=1, keepdim=True)
    if not bool((length > 0).all()):
        raise Refusal(wanted, "a normal of length 0", "give it a direction, such as 1, 0, 0")
    return torch.cat([rows[:, :3] / length, rows[:, 3:]], 1)


def _places(rows: Tensor, space: Shape) -> Tensor:
    """(3, planes, side, side): f is the axis that the normal is least along, brought into the plane, the last of those;
    e is across, mostly forwards. So a section across an axis is the picture that an index would take."""
    normal, distance = rows[:, :3], rows[:, 3]
    middle = (torch.tensor(space, dtype=torch.float64) - 1) / 2
    least = 2 - normal.abs().flip(1).argmin(1)
    f = torch.nn.functional.one_hot(least, 3).double()
    f = f - (f * normal).sum(1, keepdim=True) * normal
    f = f / torch.linalg.vector_norm(f, dim=1, keepdim=True)
    e = torch.linalg.cross(f, normal)
    e = e * e.gather(1, e.abs().argmax(1, keepdim=True)).sign()
    steps = torch.arange(max(space), dtype=torch.float64) - (max(space) - 1) / 2
    centres = middle + distance[:, None] * normal
    down, across = e[:, None, None] * steps[:, None, None], f[:, None, None] * steps[:, None]
    return (centres[:, None, None] + down + across).movedim(-1, 0)


def _neighbours(places: Tensor, space: Shape) -> Neighbours:
    """The two pixels along each axis that a place lies between; one beyond the volume weighs nothing."""
    first, weights = [], []
    for at, side in zip(places.flatten(1), space, strict=True):
        below = at.floor()
        index = below.long()[:, None] + torch.arange(2)
        share = torch.stack([below + 1 - at, at - below], 1)
        first.append(Constant(below.long().remainder(side)))
        weights.append(Constant(share * ((index >= 0) & (index < side))))
    return Neighbours(space, tuple(first), tuple(weights))
