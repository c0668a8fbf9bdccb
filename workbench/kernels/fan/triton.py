"""The fan-beam projector on a GPU, from the rays' side, and its transpose, from the pixels', as in `radon.triton`."""

import torch
from torch import Tensor

from workbench.kernels import rays_triton
from workbench.kernels.base_triton import blocks, constexpr, jit, launch, scalars, tl

PIXELS = 128  # of a program


def project(x: Tensor, angles: Tensor, distance: float, detectors: int, offset: float) -> Tensor:
    return rays_triton.project(x, *_rays(angles.to(x.device), distance, detectors, offset))


def backproject(y: Tensor, angles: Tensor, distance: float, shape: tuple[int, int], offset: float) -> Tensor:
    sinogram = y.detach().contiguous()
    count, views, bins = sinogram.shape
    x, tiles = sinogram.new_empty(count, *shape), blocks(shape[0] * shape[1], PIXELS)
    angles = angles.to(y.device)
    centre = rays_triton.rays_of(angles)
    # A bin meets a pixel nearer than 1 to its ray, which is farther, on the line of the bins, by the slant at most.
    slant = (1 + (((bins - 1) / 2 + abs(offset)) / distance) ** 2) ** 0.5
    nearest = 1 - (shape[0] ** 2 + shape[1] ** 2) ** 0.5 / 2 / distance
    most = min(bins, int(2 * slant / nearest) + 2)
    numbers = scalars((distance, slant, (bins - 1) / 2 + offset), torch.float64, y.device)
    rays = _rays(angles, distance, bins, offset)
    launch(
        _backproject, count * tiles, y, sinogram, *centre, *rays, numbers, x, tiles, views, bins, most, *shape, PIXELS
    )
    return x


def _rays(angles: Tensor, distance: float, bins: int, offset: float) -> tuple[Tensor, Tensor, Tensor]:
    """Cosine and sine of each ray's normal, (A, N), and its distance from the centre, (N,)."""
    places = torch.arange(bins, dtype=torch.float64, device=angles.device) - (bins - 1) / 2 - offset
    fan = torch.atan(places / distance)
    return *rays_triton.rays_of(angles[:, None] + fan), distance * fan.sin()


@jit
def _backproject(
    y,
    middle_cosines,
    middle_sines,
    cosines,
    sines,
    offsets,
    numbers,
    x,
    tiles,
    views,
    bins,
    most,
    height,
    width,
    PIXELS: constexpr,
):
    b = (tl.program_id(0) // tiles).to(tl.int64)
    pixel = (tl.program_id(0) % tiles) * PIXELS + tl.arange(0, PIXELS)
    inside = pixel < height * width
    right, up = (pixel % width) - (width - 1) / 2, (height - 1) / 2 - pixel // width
    distance, slant, centre = tl.load(numbers), tl.load(numbers + 1), tl.load(numbers + 2)
    total = tl.zeros((PIXELS,), y.dtype.element_ty)
    for a in range(views):
        cos, sin = tl.load(middle_cosines + a), tl.load(middle_sines + a)
        shrink = (distance + right * sin - up * cos) / distance
        middle, reach = (right * cos + up * sin) / shrink + centre, slant / shrink
        # Pixels far beyond the detector see nothing, whatever their number.
        low = tl.minimum(tl.maximum(tl.ceil(middle - reach), 0.0), bins + 0.0).to(tl.int32)
        for c in range(most):
            d = low + c
            seen = inside & (d < bins)
            ray_cos = tl.load(cosines + a * bins + d, mask=seen, other=1.0)
            ray_sin = tl.load(sines + a * bins + d, mask=seen, other=0.0)
            gap = tl.abs(right * ray_cos + up * ray_sin - tl.load(offsets + d, mask=seen, other=0.0))
            m = tl.maximum(tl.abs(ray_cos), tl.abs(ray_sin))
            # In units of the larger of cosine and sine a pixel's weight is 1 less its distance from the ray.
            weight = tl.maximum(1 - gap / m, 0.0) / m
            total += weight.to(total.dtype) * tl.load(y + (b * views + a) * bins + d, mask=seen, other=0.0)
    tl.store(x + b * height * width + pixel, total, mask=inside)
