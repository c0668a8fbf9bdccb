"""How wide a reconstruction sees a point, here and there."""

from dataclasses import dataclass

import torch
from torch import Tensor

from workbench.problem import Problem
from workbench.refusal import Refusal
from workbench.tensors import shown
from workbench.tuning.linearised_minimum import LinearisedMinimum


@dataclass(frozen=True)
class PointSpread:
    """What a small point at a pixel becomes, (1, *in_shape), for a point of height 1, and its width along each axis.

    `widths` are full widths at half of the height at the pixel, in px; infinite where that reaches an edge.
    """

    response: Tensor
    place: tuple[int, ...]
    widths: tuple[float, ...]

    @property
    def height(self) -> float:
        """What is left of the point at its place."""
        return float(self.response[(0, 0, *self.place)].real)

    @property
    def sentence(self) -> str:
        """How a point is seen there."""
        there = ", ".join(map(str, self.place))
        wide = " x ".join(f"{width:.2g}" for width in self.widths)
        return f"a faint point at ({there}) is seen {wide} px wide, at {self.height:.0%} of its height"


def local_point_spread(
    problem: Problem, x: Tensor, place: tuple[int, ...], accuracy: float = 1e-6, width: float | None = None
) -> PointSpread:
    """(dx / dy) A' e at a minimum x of one item, e a point in the first channel at `place`; see `LinearisedMinimum`.

    The resolution at that pixel: with priors that keep edges it differs from place to place, and from that of large
    points. Fessler & Rogers 1996, doi 10.1109/83.535846.
    """
    space = tuple(x.shape[2:])
    if len(x) != 1 or len(place) != len(space) or any(not 0 <= i < n for i, n in zip(place, space, strict=True)):
        wanted, came = f"a pixel of one item of {shown(space)} px, from 0", f"{place} of {len(x)} items"
        raise Refusal(wanted, came, "give row and column inside the picture")
    point = torch.zeros_like(x)
    point[(0, 0, *place)] = 1
    minimum = LinearisedMinimum(problem, x, accuracy, width)
    with torch.no_grad():
        response = minimum.moved(minimum.jacobian(point))
    picture = response[0, 0].real
    lines = [picture[(*place[:axis], slice(None), *place[axis + 1 :])] for axis in range(len(space))]
    return PointSpread(response, place, tuple(full_width(line, i) for line, i in zip(lines, place, strict=True)))


def full_width(line: Tensor, peak: int) -> float:
    """The full width at half of the value at `peak`, by straight lines between samples; infinite up to an end."""
    half = float(line[peak]) / 2
    if half <= 0:
        return torch.inf
    return _reach(line[peak:].tolist(), half) + _reach(line[: peak + 1].flip(0).tolist(), half)


def _reach(values: list[float], half: float) -> float:
    """How far from the first value a line falls to half."""
    below = next((i for i, value in enumerate(values) if value <= half), None)
    if below is None:
        return torch.inf
    return below - 1 + (values[below - 1] - half) / (values[below - 1] - values[below])
