"""The projector on a GPU, from the rays' side, and its transpose, from the pixels': nobody writes another's number."""

import torch
from torch import Tensor

from workbench.kernels import rays_triton
from workbench.kernels.base_triton import blocks, constexpr, jit, launch, scalars, tl

PIXELS, VIEWS = 128, 8  # pixels of a program, and views they look at at a time


def project(x: Tensor, angles: Tensor, detectors: int, offset: float) -> Tensor:
    cos, sin = (part[:, None].expand(-1, detectors) for part in rays_triton.rays_of(angles.to(x.device)))
    offsets = torch.arange(detectors, dtype=torch.float64, device=x.device) - (detectors - 1) / 2 - offset
    return rays_triton.project(x, cos, sin, offsets)


def backproject(y: Tensor, angles: Tensor, shape: tuple[int, int], offset: float) -> Tensor:
    return _gathered(y, angles, shape, offset, True)


def interpolate(y: Tensor, angles: Tensor, shape: tuple[int, int], offset: float) -> Tensor:
    return _gathered(y, angles, shape, offset, False)


def _gathered(y: Tensor, angles: Tensor, shape: tuple[int, int], offset: float, joseph: bool) -> Tensor:
    sinogram = y.detach().contiguous()
    count, views, bins = sinogram.shape
    x, tiles = sinogram.new_empty(count, *shape), blocks(shape[0] * shape[1], PIXELS)
    cos, sin = rays_triton.rays_of(angles.to(y.device))
    centre = scalars(((bins - 1) / 2 + offset,), torch.float64, y.device)
    launch(
        _backproject, count * tiles, y, sinogram, cos, sin, centre, x, tiles, views, bins, *shape, PIXELS, VIEWS, joseph
    )
    return x


@jit
def _backproject(
    y,
    cosines,
    sines,
    centre,
    x,
    tiles,
    views,
    bins,
    height,
    width,
    PIXELS: constexpr,
    VIEWS: constexpr,
    JOSEPH: constexpr,
):
    b = (tl.program_id(0) // tiles).to(tl.int64)
    pixel = (tl.program_id(0) % tiles) * PIXELS + tl.arange(0, PIXELS)
    inside = pixel < height * width
    right, up = (pixel % width) - (width - 1) / 2, (height - 1) / 2 - pixel // width
    y += b * views * bins
    middle = tl.load(centre)
    total = tl.zeros((VIEWS, PIXELS), y.dtype.element_ty)
    for low in range(0, views, VIEWS):
        a = low + tl.arange(0, VIEWS)
        cos = tl.load(cosines + a, mask=a < views, other=1.0)[:, None]
        sin = tl.load(sines + a, mask=a < views, other=0.0)[:, None]
        m = tl.maximum(tl.abs(cos), tl.abs(sin)) if JOSEPH else 1.0 + 0 * cos
        place = right[None, :] * cos + up[None, :] * sin + middle
        lower = tl.floor(place)
        apart = place - lower
        # Pixels far beyond the detector see nothing, whatever their number.
        d = tl.minimum(tl.maximum(lower, -2.0), bins + 1.0).to(tl.int32)
        nearer = tl.maximum(m - apart, 0.0) / (m * m)
        farther = tl.maximum(m - 1 + apart, 0.0) / (m * m)
        seen = inside[None, :] & (a < views)[:, None]
        at = y + a[:, None] * bins + d
        total += nearer.to(total.dtype) * tl.load(at, mask=seen & (d >= 0) & (d < bins), other=0.0)
        total += farther.to(total.dtype) * tl.load(at + 1, mask=seen & (d >= -1) & (d + 1 < bins), other=0.0)
    tl.store(x + b * height * width + pixel, tl.sum(total, 0), mask=inside)
