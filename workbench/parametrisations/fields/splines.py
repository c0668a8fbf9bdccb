"""Cubic splines on regular grids: their values and slopes at pixels, and anywhere between them."""

import itertools
import math
from collections.abc import Sequence
from typing import Annotated

import torch
from torch import Tensor

from workbench.operators.separable import along_axes
from workbench.parameters import Range
from workbench.tensors import Shape

Spacing = Annotated[float, Range(2, 32, log=True, unit="px", limits=(1, 1e4)), "between control points"]
_REACH = 3  # coefficients beyond the intervals of an axis


def control_points(space: Shape, spacing: float) -> Shape:
    """How many coefficients an axis of that many px needs, about `spacing` px apart and one beyond each end."""
    return tuple(max(1, math.ceil((side - 1) / spacing)) + _REACH for side in space)


def spline_matrix(points: int, side: int, slope: bool = False) -> Tensor:
    """(side, points): the value of each coefficient's spline at every pixel, or its slope per px; rows add up to 1."""
    step = max(side - 1, 1) / (points - _REACH)
    at = torch.arange(side, dtype=torch.float64) / step
    first = at.floor().clamp_max(points - _REACH - 1)
    weights = _slopes(at - first) if slope else _values(at - first)
    matrix = torch.zeros(side, points, dtype=torch.float64)
    columns = first.long()[:, None] + torch.arange(4)
    return matrix.scatter_(1, columns, weights.mT / (step if slope else 1))


def coefficients(picture: Tensor) -> Tensor:
    """Those of the spline through the pixels of a picture, (C, *space), mirrored at its ends: (C, *space)."""
    return along_axes(picture[None], [None, *(torch.linalg.inv(_collocation(n)) for n in picture.shape[1:])])[0]


def sampled(values: Tensor, places: Tensor, along: Sequence[int | None] = (None,), odd: bool = False) -> list[Tensor]:
    """The spline of coefficients (1 or B, C, *grid) at places (B, axes, *space), in steps of the grid: (B, C, *space).

    For each entry of `along` its slope along that axis, or for None its value. Beyond its ends it is mirrored, or with
    `odd` mirrored with the other sign. Two times differentiable in places and values.
    """
    sides, flat = values.shape[2:], values.flatten(2).expand(len(places), -1, -1)
    starts = places.detach().flatten(2).floor()
    inside, taps = places.flatten(2) - starts, torch.arange(-1, 3, device=places.device)[:, None]
    near = [_mirrored(starts[:, a, None].long() + taps, side) for a, side in enumerate(sides)]
    signs = [sign.to(places.dtype) if odd else torch.ones_like(sign, dtype=places.dtype) for _, sign in near]
    splines = [(_values(f) * s, _slopes(f) * s) for f, s in zip(inside.unbind(1), signs, strict=True)]
    found = [torch.zeros((), dtype=places.dtype, device=places.device) for _ in along]
    # The four taps of the last two axes at once, those of others in turn: 16 numbers a pixel at a time.
    together = max(0, len(sides) - 2)
    for first in itertools.product(range(4), repeat=together):
        index = torch.zeros_like(starts[:, :1], dtype=torch.long)
        for axis, side in enumerate(sides):
            own = near[axis][0][:, first[axis], None] if axis < together else near[axis][0]
            index = (index[:, :, None] * side + own[:, None]).flatten(1, 2)
        picked = flat.gather(2, index.flatten(1)[:, None].expand(-1, flat.shape[1], -1)).unflatten(2, index.shape[1:])
        for place, slope in enumerate(along):
            weight = torch.ones_like(inside[:, :1])
            for axis in range(len(sides)):
                own = splines[axis][axis == slope]
                own = own[:, first[axis], None] if axis < together else own
                weight = (weight[:, :, None] * own[:, None]).flatten(1, 2)
            found[place] = found[place] + (weight[:, None] * picked).sum(2)
    return [part.unflatten(2, places.shape[2:]) for part in found]


def _values(f: Tensor) -> Tensor:
    """The four splines that are not 0 at a fraction f of a step, (B, n): (B, 4, n)."""
    g = 1 - f
    return torch.stack([g**3 / 6, 2 / 3 - f**2 + f**3 / 2, 2 / 3 - g**2 + g**3 / 2, f**3 / 6], -2)


def _slopes(f: Tensor) -> Tensor:
    g = 1 - f
    return torch.stack([-(g**2) / 2, -2 * f + 1.5 * f**2, 2 * g - 1.5 * g**2, f**2 / 2], -2)


def _mirrored(index: Tensor, side: int) -> tuple[Tensor, Tensor]:
    """The index inside of 0 ... side - 1, and -1 where an odd number of mirrors lies between."""
    if side == 1:
        return torch.zeros_like(index), torch.ones_like(index)
    around = index.remainder(2 * side - 2)
    beyond = around > side - 1
    return torch.where(beyond, 2 * side - 2 - around, around), 1 - 2 * beyond.long()


def _collocation(side: int) -> Tensor:
    """The values at pixels of the splines of all pixels, the ends mirrored."""
    rows = torch.arange(side)
    matrix = torch.zeros(side, side, dtype=torch.float64)
    for shift, weight in ((-1, 1 / 6), (0, 2 / 3), (1, 1 / 6)):
        columns, _ = _mirrored(rows + shift, side)
        matrix.index_put_((rows, columns), torch.full((side,), weight, dtype=torch.float64), accumulate=True)
    return matrix
