"""Convolution with a straight segment."""

import itertools
import math
from typing import Annotated

import torch
from torch import Tensor

from workbench.operators.base import SignalShape
from workbench.operators.blurs.periodic_convolution import PeriodicConvolution
from workbench.operators.shapes import space_of
from workbench.parameters import Range
from workbench.tensors import Shape


class MotionBlur(PeriodicConvolution):
    """The mean along a straight segment of that length through each pixel of the linearly interpolated signal.

    The kernel is exact, sums to 1, and varies continuously with length and angle; the angle runs counter-clockwise
    from the horizontal. A signal with one axis is blurred along it, whatever the angle.
    """

    formula = r"(Ax)_i = \frac{1}{\ell} \int_{-\ell/2}^{\ell/2} x(i + s\, e_\theta)\, ds, \quad \ell = \text{length}"
    scales = True

    def __init__(
        self,
        shape: SignalShape = (1, 64, 64),
        length: Annotated[float, Range(0, 32, unit="px", limits=(0, 1e4)), "length of the motion"] = 9.0,
        angle: Annotated[float, Range(0, 180, unit="deg", limits=(-360, 360)), "direction of the motion"] = 30.0,
    ) -> None:
        space = space_of(shape, "MotionBlur", (1, 2))
        turn = math.radians(angle)
        travel = (length,) if len(space) == 1 else (-length * math.sin(turn), length * math.cos(turn))
        super().__init__(shape, _segment(travel, space))
        self.length, self.angle = length, angle


def _segment(travel: tuple[float, ...], space: Shape) -> Tensor:
    """The integral over t in (-1/2, 1/2) of a unit mass at t * travel, shared linearly among the nearest pixels."""
    ends = {-0.5, 0.0, 0.5} | {k / d for d in travel for k in range(-int(abs(d) / 2), int(abs(d) / 2) + 1) if k}
    ts = torch.tensor(sorted(ends), dtype=torch.float64)
    # Between two crossings of the grid the shares are quadratic in t: Gauss-Legendre with two nodes is exact.
    middle, half = (ts[1:] + ts[:-1]) / 2, ts.diff() / 2
    nodes, mass = torch.cat([middle - half / 3**0.5, middle + half / 3**0.5]), torch.cat([half, half])
    places = torch.outer(torch.tensor(travel, dtype=torch.float64), nodes)
    floor = places.floor()
    kernel = torch.zeros(space, dtype=torch.float64)
    for corner in itertools.product((0, 1), repeat=len(space)):
        step = torch.tensor(corner, dtype=torch.float64)[:, None]
        share = (1 - (places - floor - step).abs()).prod(0) * mass
        index = [(f + s).long() % side for f, s, side in zip(floor, step, space, strict=True)]
        kernel.index_put_(tuple(index), share, accumulate=True)
    return kernel
