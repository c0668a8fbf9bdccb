"""Sums along rays on a GPU: a ray steps along the axis it follows and interpolates between two pixels of each line.

Rays are x cos + y sin = offset, those of a view along the last axis: cos and sin (A, D), offsets (D,), all float64.
"""

import torch
from torch import Tensor

from workbench.kernels.base_triton import blocks, constexpr, jit, launch, tl

BINS, LINES = 64, 8  # rays of a program, and lines of the image they meet at a time


def project(x: Tensor, cosines: Tensor, sines: Tensor, offsets: Tensor) -> Tensor:
    """(B, H, W) -> (B, A, D)."""
    image = x.detach().contiguous()
    count, height, width = image.shape
    views, bins = cosines.shape
    y, tiles = image.new_empty(count, views, bins), blocks(bins, BINS)
    rays = cosines.contiguous(), sines.contiguous(), offsets.contiguous()
    launch(_project, count * views * tiles, x, image, *rays, y, tiles, views, bins, height, width, BINS, LINES)
    return y


def rays_of(normals: Tensor) -> tuple[Tensor, Tensor]:
    """Cosine and sine of angles in double precision, as every back end takes them."""
    return normals.to(torch.float64).cos(), normals.to(torch.float64).sin()


@jit
def _project(
    x,
    cosines,
    sines,
    offsets,
    y,
    tiles,
    views,
    bins,
    height,
    width,
    BINS: constexpr,
    LINES: constexpr,
):
    program = tl.program_id(0)
    view, d = program // tiles, (program % tiles) * BINS + tl.arange(0, BINS)
    x += (view // views).to(tl.int64) * height * width
    a, seen = view % views, d < bins
    cos = tl.load(cosines + a * bins + d, mask=seen, other=1.0)
    sin = tl.load(sines + a * bins + d, mask=seen, other=0.0)
    upright = tl.abs(cos) >= tl.abs(sin)
    along, across = tl.where(upright, cos, sin), tl.where(upright, sin, cos)
    # y runs upwards: lines are rows read from the top down, or columns read from the bottom up.
    lines, pixels = tl.where(upright, height, width), tl.where(upright, width, height)
    first = tl.where(upright, 0, (height - 1) * width)
    line, pixel = tl.where(upright, width, 1), tl.where(upright, 1, -width)
    slope = tl.where(upright, across, -across) / along
    offset = tl.load(offsets + d, mask=seen, other=0.0)
    start = offset / along - slope * (lines - 1) / 2 + (pixels - 1) / 2
    total = tl.zeros((LINES, BINS), x.dtype.element_ty)
    for low in range(0, tl.maximum(height, width), LINES):
        i = low + tl.arange(0, LINES)[:, None]
        place = start[None, :] + i * slope[None, :]
        lower = tl.floor(place)
        share = (place - lower).to(total.dtype)
        # Far outside, a ray's place may exceed what a whole number holds.
        k = tl.minimum(tl.maximum(lower, -2.0), pixels[None, :] + 1.0).to(tl.int32)
        met = seen[None, :] & (i < lines[None, :])
        at = x + first[None, :] + i * line[None, :] + k * pixel[None, :]
        left = tl.load(at, mask=met & (k >= 0) & (k < pixels[None, :]), other=0.0)
        right = tl.load(at + pixel[None, :], mask=met & (k >= -1) & (k + 1 < pixels[None, :]), other=0.0)
        total += left + share * (right - left)
    scale = (1 / tl.abs(along)).to(total.dtype)
    tl.store(y + view.to(tl.int64) * bins + d, tl.sum(total, 0) * scale, mask=seen)
