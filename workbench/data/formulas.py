"""Signals that are known by a formula, at any size."""

import math

import torch
from torch import Tensor

# The modified Shepp-Logan phantom (Toft 1996): added grey, half axes, centre (y up), degrees counterclockwise.
_ELLIPSES = (
    (1.0, 0.69, 0.92, 0.0, 0.0, 0.0),
    (-0.8, 0.6624, 0.874, 0.0, -0.0184, 0.0),
    (-0.2, 0.11, 0.31, 0.22, 0.0, -18.0),
    (-0.2, 0.16, 0.41, -0.22, 0.0, 18.0),
    (0.1, 0.21, 0.25, 0.0, 0.35, 0.0),
    (0.1, 0.046, 0.046, 0.0, 0.1, 0.0),
    (0.1, 0.046, 0.046, 0.0, -0.1, 0.0),
    (0.1, 0.046, 0.023, -0.08, -0.605, 0.0),
    (0.1, 0.023, 0.023, 0.0, -0.606, 0.0),
    (0.1, 0.023, 0.046, 0.06, -0.605, 0.0),
)
_LINES = 16  # lines through each row of pixels; along a line the integral is exact
_SPOKES, _STAR_RADIUS = 24, 0.92
_JUMPS = (0.1, 0.13, 0.15, 0.23, 0.25, 0.4, 0.44, 0.65, 0.76, 0.78, 0.81)
_HEIGHTS = (4.0, -5.0, 3.0, -4.0, 5.0, -4.2, 2.1, 4.3, -3.1, 2.1, -4.2)


def shepp_logan(size: int) -> Tensor:
    """Modified Shepp-Logan phantom on [-1, 1]^2, each pixel the mean over its area: (1, 1, size, size) in [0, 1].

    Source: Shepp & Logan 1974, with the contrast of Toft, The Radon Transform (1996).
    """
    lines = 1 - (torch.arange(size * _LINES, dtype=torch.float64) + 0.5) * 2 / (size * _LINES)
    steps = torch.zeros(size, size + 2, dtype=torch.float64)
    for grey, *ellipse in _ELLIPSES:
        for sign, end in zip((1, -1), _chord(lines, *ellipse), strict=True):
            # A line that enters inside pixel i fills the rest of it, and the next pixel from its start.
            at = (end.reshape(size, _LINES) + 1) * size / 2
            pixel = at.floor()
            weight = sign * grey / _LINES
            steps.scatter_add_(1, pixel.long(), weight * (1 - (at - pixel)))
            steps.scatter_add_(1, pixel.long() + 1, weight * (at - pixel))
    image = steps.cumsum(1)[:, :size].round(decimals=12)  # sums of the same greys cancel: the background is 0
    return image.clamp(0, 1).float()[None, None]


def _chord(y: Tensor, a: float, b: float, x0: float, y0: float, degrees: float) -> tuple[Tensor, Tensor]:
    """Where horizontal lines enter and leave an ellipse; equal ends where they miss it."""
    c, s = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    xx, xy, yy = (c / a) ** 2 + (s / b) ** 2, c * s * (a**-2 - b**-2), (s / a) ** 2 + (c / b) ** 2
    dy = y - y0
    middle = x0 - xy / xx * dy
    half = ((xy * dy) ** 2 - xx * (yy * dy**2 - 1)).clamp(min=0).sqrt() / xx
    return middle - half, middle + half


def siemens_star(size: int) -> Tensor:
    """A disc of 24 bright and 24 dark spokes that grow finer to the centre: (1, 1, size, size) in [0, 1].

    Edges are a ramp as wide as a pixel, so the centre, finer than a pixel, is grey.
    """
    pixel = 2 / size
    at = (torch.arange(size, dtype=torch.float64) + 0.5) * pixel - 1
    y, x = torch.meshgrid(-at, at, indexing="ij")
    radius, angle = torch.hypot(x, y), torch.atan2(y, x)
    to_edge = radius * torch.asin(torch.cos(_SPOKES * angle)) / _SPOKES
    spokes = (0.5 + to_edge / pixel).clamp(0, 1)
    disc = (0.5 + (_STAR_RADIUS - radius) / pixel).clamp(0, 1)
    return (spokes * disc).float()[None, None]


def blocks(size: int) -> Tensor:
    """The piecewise constant signal "Blocks" on [0, 1], sampled at midpoints: (1, 1, size), scaled to [0, 1].

    f(t) = sum_j h_j (1 + sgn(t - t_j)) / 2. Source: Donoho & Johnstone, Ideal spatial adaptation by wavelet
    shrinkage, Biometrika 1994.
    """
    t = (torch.arange(size, dtype=torch.float64) + 0.5) / size
    steps = torch.cat([torch.zeros(1, dtype=torch.float64), torch.tensor(_HEIGHTS, dtype=torch.float64)])
    levels = steps.cumsum(0)
    low, high = levels.min(), levels.max()
    piece = torch.searchsorted(torch.tensor(_JUMPS, dtype=torch.float64), t, right=True)
    return ((levels[piece] - low) / (high - low)).float()[None, None]
