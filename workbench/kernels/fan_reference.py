"""The fan-beam projector and its transpose in plain torch, from the rays' side: each meets two pixels of a line."""

from collections.abc import Iterator

import torch
from torch import Tensor


def project(x: Tensor, angles: Tensor, distance: float, detectors: int) -> Tensor:
    flat, views = x.flatten(1), []
    for parts in _views(x, angles, distance, (x.shape[1], x.shape[2]), detectors):
        view = x.new_zeros(len(x), detectors)
        for rays, pixels, weights in parts:
            view = view.index_add(1, rays, (flat[:, pixels] * weights).sum(2))
        views.append(view)
    return torch.stack(views, 1)


def backproject(y: Tensor, angles: Tensor, distance: float, shape: tuple[int, int]) -> Tensor:
    x = y.new_zeros(len(y), shape[0] * shape[1])
    for a, parts in enumerate(_views(y, angles, distance, shape, y.shape[2])):
        for rays, pixels, weights in parts:
            x = x.index_add(1, pixels.flatten(), (y[:, a, rays, None] * weights).flatten(1))
    return x.unflatten(1, shape)


def _views(
    like: Tensor, angles: Tensor, distance: float, shape: tuple[int, int], bins: int
) -> Iterator[list[tuple[Tensor, Tensor, Tensor]]]:
    """Of each view: rays (R,), the pixels (R, lines) that they meet and their weights, 0 outside the image."""
    height, width = shape
    kind = {"dtype": torch.float64, "device": like.device}
    fan = torch.atan((torch.arange(bins, **kind) - (bins - 1) / 2) / distance)
    offset = distance * fan.sin()
    x = torch.arange(width, **kind) - (width - 1) / 2
    y = (height - 1) / 2 - torch.arange(height, **kind)
    for angle in angles.to(like.device):
        cos, sin = (angle + fan).cos(), (angle + fan).sin()
        upright = cos.abs() >= sin.abs()
        down, along = upright.nonzero()[:, 0], (~upright).nonzero()[:, 0]
        column = (offset[down, None] - y * sin[down, None]) / cos[down, None] + (width - 1) / 2
        row = (height - 1) / 2 - (offset[along, None] - x * cos[along, None]) / sin[along, None]
        rows, columns = torch.arange(height, device=like.device), torch.arange(width, device=like.device)
        parts = []
        for step in (0, 1):
            j, share = _neighbour(column, step, width)
            parts.append((down, rows * width + j, (share / cos[down, None].abs()).to(like.dtype)))
            i, share = _neighbour(row, step, height)
            parts.append((along, i * width + columns, (share / sin[along, None].abs()).to(like.dtype)))
        yield parts


def _neighbour(place: Tensor, step: int, side: int) -> tuple[Tensor, Tensor]:
    """The pixel below a place on a line, or the one above it, and its share."""
    pixel = place.floor() + step
    share = torch.where((pixel >= 0) & (pixel < side), 1 - (pixel - place).abs(), 0)
    return pixel.clamp(0, side - 1).long(), share
