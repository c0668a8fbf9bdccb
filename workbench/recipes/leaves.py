"""Pictures of leaves that lie on each other: edges at all scales, from a formula."""

import math

import torch
from torch import Tensor
from torch.nn import functional

_LEAVES = 1500  # some four lie on every point
_LEAST = 4.0  # px, of the fine picture
_LARGEST = 0.4  # of the side


def dead_leaves(side: int, rng: torch.Generator) -> Tensor:
    """Opaque discs of radii r with density r^-3, each of one colour with a slope and a grain: (1, 3, side, side).

    Statistics near those of photographs; networks that learn from them denoise nearly as well as from photographs.
    Lee, Mumford & Huang 2001, 10.1023/A:1011109015675; Achddou, Gousseau & Ladjal 2021, arXiv:2105.10235.
    """
    fine = 2 * side  # drawn at twice the size, then averaged: soft edges
    u = torch.rand(_LEAVES, 6, generator=rng)
    radii = (_LEAST**-2 + u[:, 0] * ((_LARGEST * fine) ** -2 - _LEAST**-2)) ** -0.5
    tone = 0.15 + 0.7 * torch.rand(3, generator=rng)  # colours scatter around it
    picture = tone.reshape(3, 1, 1).repeat(1, fine, fine)
    for radius, numbers in zip(radii.tolist(), u, strict=True):
        _drop(picture, radius, numbers, tone, rng)
    return functional.avg_pool2d(picture[None], 2).clamp(0, 1)


def _drop(picture: Tensor, radius: float, u: Tensor, tone: Tensor, rng: torch.Generator) -> None:
    """Draw one disc on the picture."""
    fine = picture.shape[-1]
    row, column = (float(v) * fine for v in u[1:3])
    low = [max(0, math.floor(c - radius)) for c in (row, column)]
    high = [min(fine, math.ceil(c + radius) + 1) for c in (row, column)]
    if low[0] >= high[0] or low[1] >= high[1]:
        return
    rows = (torch.arange(low[0], high[0]) - row)[:, None] / radius
    columns = (torch.arange(low[1], high[1]) - column)[None] / radius
    inside = rows**2 + columns**2 <= 1
    colour = tone + 0.2 * float(u[3]) * torch.randn(3, generator=rng) + 0.2 * torch.randn(1, generator=rng)
    angle = 2 * math.pi * float(u[4])
    slope = 0.2 * (float(u[5]) - 0.5) * (math.cos(angle) * rows + math.sin(angle) * columns)
    grain = 0.04 * float(u[4] > 0.5) * torch.randn(inside.shape, generator=rng)
    part = picture[:, low[0] : high[0], low[1] : high[1]]
    part.copy_(torch.where(inside, colour.reshape(3, 1, 1) + slope + grain, part))
