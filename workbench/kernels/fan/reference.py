"""The fan-beam projector and its transpose in plain torch, from the rays' side: each meets two pixels of a line."""

from collections.abc import Iterator

import torch
from torch import Tensor


def project(x: Tensor, angles: Tensor, distance: float, detectors: int, offset: float) -> Tensor:
    flat, views = x.flatten(1), []
    for parts in _views(x, angles, distance, (x.shape[1], x.shape[2]), detectors, offset):
        views.append(sum((flat[:, pixels] * weights).sum(2) for pixels, weights in parts))
    return torch.stack(views, 1)


def backproject(y: Tensor, angles: Tensor, distance: float, shape: tuple[int, int], offset: float) -> Tensor:
    x = y.new_zeros(len(y), shape[0] * shape[1])
    for a, parts in enumerate(_views(y, angles, distance, shape, y.shape[2], offset)):
        for pixels, weights in parts:
            x = x.index_add(1, pixels.flatten(), (y[:, a, :, None] * weights).flatten(1))
    return x.unflatten(1, shape)


def _views(
    like: Tensor, angles: Tensor, distance: float, shape: tuple[int, int], bins: int, shift: float
) -> Iterator[list[tuple[Tensor, Tensor]]]:
    """Of each view, twice: a pixel (rays, lines) that a ray meets on a line and its weight, 0 outside the image."""
    height, width = shape
    kind = {"dtype": torch.float64, "device": like.device}
    fan = torch.atan((torch.arange(bins, **kind) - (bins - 1) / 2 - shift) / distance)
    offset = (distance * fan.sin())[:, None]
    i = torch.arange(max(shape), device=like.device)
    for angle in angles.to(like.device):
        cos, sin = (angle + fan).cos()[:, None], (angle + fan).sin()[:, None]
        # A ray meets rows one by one, or columns; all are computed with a mask, since to sort them asks the device.
        upright = cos.abs() >= sin.abs()
        along, across = torch.where(upright, cos, sin), torch.where(upright, sin, cos)
        level = torch.where(upright, (height - 1) / 2 - i, i - (width - 1) / 2)
        met = (offset - level * across) / along
        place = torch.where(upright, met + (width - 1) / 2, (height - 1) / 2 - met)
        there, side = i < torch.where(upright, height, width), torch.where(upright, width, height)
        parts = []
        for step in (0, 1):
            pixel = place.floor() + step
            inside = there & (pixel >= 0) & (pixel < side)
            weight = torch.where(inside, 1 - (pixel - place).abs(), 0) / along.abs()
            k = torch.where(inside, pixel, 0).long()
            number = torch.where(upright, i * width + k, k * width + i)
            parts.append((torch.where(inside, number, 0), weight.to(like.dtype)))
        yield parts
