"""What a drag on a picture becomes: a region to paint or to lose, the window of its colours, a line of values."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from workbench.data.regions import Brush, Rectangle, Region, Text
from workbench.live.images import Array, Limits

Point = tuple[float, ...]
WAY, LINE, BOX = "way", "line", "box"
_DOUBLE = 100.0  # px to the right that make the window twice as wide
_LEVEL = 200.0  # px up that lower the level by the width of the window
_FAR = 1e-3  # of a picture's pixel: places are told so exactly


@dataclass(frozen=True)
class Pen:
    """What a hand holds: the radius of a round brush, and the letters that it writes."""

    radius: float
    text: str = ""


@dataclass(frozen=True)
class Shape:
    """A kind of region: what a hand draws of it, and whether it has a radius or letters.

    `make` is told places, the pen, and the sides of what is drawn on.
    """

    drawn: str
    make: Callable[[tuple[Point, ...], Pen, tuple[int, ...]], Region]
    round: bool = False
    written: bool = False


def _brush(way: tuple[Point, ...], pen: Pen, sides: tuple[int, ...]) -> Region:
    return Brush(way, pen.radius)


def _line(way: tuple[Point, ...], pen: Pen, sides: tuple[int, ...]) -> Region:
    return Brush((way[0], way[-1]), pen.radius)


def _text(way: tuple[Point, ...], pen: Pen, sides: tuple[int, ...]) -> Region:
    """As high as the box that was drawn, from its upper left corner on."""
    rows = way[0][-2:][0], way[-1][-2:][0]
    corner = tuple(min(ends) for ends in zip(way[0], way[-1], strict=True))
    return Text(pen.text, corner, max(abs(rows[1] - rows[0]), 1.0))


def _box(way: tuple[Point, ...], pen: Pen, sides: tuple[int, ...]) -> Region:
    ends = list(zip(way[0], way[-1], strict=True))
    # A sample belongs to it where a part of it does.
    low, high = (tuple(float(round(pick(end))) for end in ends) for pick in (min, max))
    return Rectangle(low, high)


def _across(axis: int) -> Callable[[tuple[Point, ...], Pen, tuple[int, ...]], Region]:
    def make(way: tuple[Point, ...], pen: Pen, sides: tuple[int, ...]) -> Region:
        box = _box(way, pen, sides)
        assert isinstance(box, Rectangle)
        other = len(box.start) - 2 + (1 - axis)
        start, end = list(box.start), list(box.end)
        start[other], end[other] = 0.0, float(sides[other] - 1)
        return Rectangle(tuple(start), tuple(end))

    return make


PAINTED: Mapping[str, Shape] = MappingProxyType(
    {
        "brush": Shape(WAY, _brush, True),
        "line": Shape(LINE, _line, True),
        "rectangle": Shape(BOX, _box),
        "text": Shape(BOX, _text, written=True),
    }
)
LOST: Mapping[str, Shape] = MappingProxyType(
    {
        "rectangle": Shape(BOX, _box),
        "rows": Shape(BOX, _across(0)),
        "columns": Shape(BOX, _across(1)),
        "brush": Shape(WAY, _brush, True),
    }
)


def thinned_way(way: tuple[Point, ...], least: float = 0.3) -> tuple[Point, ...]:
    """The same way with fewer points: none of those left out is further than `least` px from it.

    Douglas and Peucker's rule (1973, doi 10.3138/FM57-6770-U75U-7727).
    """
    if len(way) < 3:
        return way
    points = np.array(way)
    along = points[-1] - points[0]
    length = float(along @ along)
    share = np.clip((points - points[0]) @ along / length, 0, 1) if length else np.zeros(len(points))
    far = np.linalg.norm(points - points[0] - share[:, None] * along, axis=1)
    worst = int(far.argmax())
    if far[worst] <= least:
        return way[0], way[-1]
    return (*thinned_way(way[: worst + 1], least)[:-1], *thinned_way(way[worst:], least))


def windowed(limits: Limits, right: float, up: float) -> Limits:
    """The limits of colours after a drag of so many px: to the right they are wider apart, up makes all brighter."""
    low, high = limits
    width, level = high - low, (high + low) / 2 - up / _LEVEL * (high - low)
    half = width * 2 ** (right / _DOUBLE) / 2
    return level - half, level + half


def along_line(picture: Array, start: Point, end: Point) -> tuple[Array, Array]:
    """Distances in px from the start, one a pixel, and the values there: between pixels by bilinear interpolation.

    Places are row and column of (H, W) or (H, W, 3), whose mean is taken, or the sample of (N,); outside is NaN.
    """
    values = picture.mean(axis=2) if picture.ndim == 3 else picture
    count = max(2, math.floor(math.dist(start, end) + _FAR) + 1)
    share = np.linspace(0, 1, count)
    places = [a + share * (b - a) for a, b in zip(start, end, strict=True)]
    inside = np.all([(at >= 0) & (at <= n - 1) for at, n in zip(places, values.shape, strict=True)], axis=0)
    found = np.zeros(count)
    floors = [np.clip(np.floor(at).astype(int), 0, max(n - 2, 0)) for at, n in zip(places, values.shape, strict=True)]
    for corner in np.ndindex(*(2,) * len(places)):
        weight = np.ones(count)
        index = []
        for at, floor, step, n in zip(places, floors, corner, values.shape, strict=True):
            weight = weight * np.abs(1 - step - (at - floor))
            index.append(np.minimum(floor + step, n - 1))
        found += weight * values[tuple(index)]
    return share * math.dist(start, end), np.where(inside, found, np.nan)
