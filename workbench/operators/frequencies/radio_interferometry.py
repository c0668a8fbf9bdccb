"""Radio astronomy: pairs of antennas measure Fourier coefficients of the sky while the Earth turns."""

import math
from typing import Annotated

import torch
from torch import Tensor

from workbench.operators.base import LinearOperator, SignalShape
from workbench.operators.field import Field
from workbench.operators.shapes import space_of
from workbench.parameters import Range
from workbench.ranges import SEEDS
from workbench.tensors import Constant, stream

_LATITUDE, _TIMES, _NYQUIST = math.radians(34.08), 12, 0.45


class RadioInterferometry(LinearOperator):
    """sum_xy image exp(-2 pi i (u x + v y)) / sqrt(pixels), real and imaginary part: -> (C, 2, baselines times).

    Antennas stand at random in a disk at latitude 34 degrees; each pair of them follows an ellipse in (u, v) in 12
    steps, the longest baseline at 0.45 periods a pixel. Exact at any (u, v): no grid. Thompson, Moran & Swenson 2017,
    10.1007/978-3-319-44431-4.
    """

    formula = r"(Ax)_{u,v} = \frac{1}{\sqrt{n}} \sum_{i} x_i\, e^{-2\pi \mathrm{i} (u\, x_i^{(1)} + v\, x_i^{(2)})}"

    field = Field.REAL

    def __init__(
        self,
        shape: SignalShape = (1, 64, 64),
        antennas: Annotated[int, Range(3, 12, limits=(2, 200)), "number of antennas"] = 10,
        hours: Annotated[float, Range(0, 12, unit="h", limits=(0, 24)), "duration of the observation"] = 8.0,
        declination: Annotated[float, Range(-30, 90, unit="deg", limits=(-90, 90)), "height of the source"] = 45.0,
        seed: Annotated[int, SEEDS, "which places of the antennas"] = 0,
    ) -> None:
        space = space_of(shape, "RadioInterferometry", (2,))
        points = _tracks(antennas, hours, math.radians(declination), seed)
        super().__init__(shape, (shape[0], 2, points.shape[1]))
        self.shape, self.antennas, self.hours, self.declination, self.seed = shape, antennas, hours, declination, seed
        self._points = points
        # y runs upwards, rows downwards; the origin is pixel side // 2.
        rows, columns = (torch.arange(side, dtype=torch.float64) - side // 2 for side in space)
        self._columns = Constant(_waves(points[0], columns))
        self._rows = Constant(_waves(-points[1], rows) / math.sqrt(math.prod(space)))

    def points(self) -> Tensor:
        """The frequencies (u, v) in periods a pixel, (2, baselines times), float64."""
        return self._points

    def forward(self, x: Tensor) -> Tensor:
        across = x.to(x.dtype.to_complex()) @ self._columns.like(x).mT
        y = (across * self._rows.like(x).mT).sum(-2)
        return torch.stack([y.real, y.imag], 2)

    def adjoint(self, y: Tensor) -> Tensor:
        w = torch.complex(y[:, :, 0], y[:, :, 1])[:, :, None]
        return ((w * self._rows.like(y).mT.conj()) @ self._columns.like(y).conj()).real


def _tracks(antennas: int, hours: float, declination: float, seed: int) -> Tensor:
    """(u, v) of every pair of antennas at every time, the longest one at _NYQUIST."""
    radius, turn = torch.rand(2, antennas, generator=stream(seed, "antennas"), dtype=torch.float64)
    east, north = radius * (2 * math.pi * turn).cos(), radius * (2 * math.pi * turn).sin()
    i, j = torch.triu_indices(antennas, antennas, 1)
    east, north = (east[i] - east[j])[:, None], (north[i] - north[j])[:, None]
    # Towards the meridian on the equator, towards east, towards the pole.
    X, Y, Z = -north * math.sin(_LATITUDE), east, north * math.cos(_LATITUDE)
    H = torch.linspace(-0.5, 0.5, _TIMES, dtype=torch.float64) * hours * math.pi / 12
    u = H.sin() * X + H.cos() * Y
    v = math.sin(declination) * (H.sin() * Y - H.cos() * X) + math.cos(declination) * Z
    points = torch.stack([u.flatten(), v.flatten()])
    return _NYQUIST * points / points.norm(dim=0).max()


def _waves(frequency: Tensor, place: Tensor) -> Tensor:
    turns = -2 * math.pi * torch.outer(frequency, place)
    return torch.polar(torch.ones_like(turns), turns)
