"""The projector and its transpose in plain torch, from the pixels' side: each meets two bins at an angle."""

from collections.abc import Iterator

import torch
from torch import Tensor


def project(x: Tensor, angles: Tensor, detectors: int, offset: float) -> Tensor:
    y = x.new_zeros(len(x), len(angles), detectors)
    for a, bins, weights in _weights(x, angles, x.shape[1:], detectors, offset):
        y[:, a] = sum(
            x.new_zeros(len(x), detectors).index_add(1, d, x.flatten(1) * w) for d, w in zip(bins, weights, strict=True)
        )
    return y


def backproject(y: Tensor, angles: Tensor, shape: tuple[int, int], offset: float) -> Tensor:
    x = y.new_zeros(len(y), shape[0] * shape[1])
    for a, bins, weights in _weights(y, angles, shape, y.shape[2], offset):
        x = x + sum(y[:, a, d] * w for d, w in zip(bins, weights, strict=True))
    return x.unflatten(1, shape)


def interpolate(y: Tensor, angles: Tensor, shape: tuple[int, int], offset: float) -> Tensor:
    x = y.new_zeros(len(y), shape[0] * shape[1])
    for a, bins, weights in _weights(y, angles, shape, y.shape[2], offset, joseph=False):
        x = x + sum(y[:, a, d] * w for d, w in zip(bins, weights, strict=True))
    return x.unflatten(1, shape)


def _weights(
    like: Tensor, angles: Tensor, shape: tuple[int, ...], bins: int, offset: float, joseph: bool = True
) -> Iterator[tuple[int, Tensor, Tensor]]:
    """Of each angle, the two bins each pixel may meet (2, H W) and their weights, 0 outside the detector."""
    height, width = shape
    kind = {"dtype": torch.float64, "device": like.device}
    x = (torch.arange(width, **kind) - (width - 1) / 2)[None, :]
    y = ((height - 1) / 2 - torch.arange(height, **kind))[:, None]
    for a, angle in enumerate(angles.to(like.device)):
        cos, sin = angle.cos(), angle.sin()
        m = torch.maximum(cos.abs(), sin.abs()) if joseph else torch.ones_like(cos)
        place = (x * cos + y * sin + (bins - 1) / 2 + offset).flatten()
        d = place.floor() + torch.arange(2, **kind)[:, None]
        weight = (m - (d - place).abs()).clamp(min=0) / m**2
        weight = torch.where((d >= 0) & (d < bins), weight, 0)
        yield a, d.long().clamp(0, bins - 1), weight.to(like.dtype)
