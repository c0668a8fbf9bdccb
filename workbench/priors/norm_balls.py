"""Balls of norms, which conjugates of norms are 0 in."""

import torch
from torch import Tensor

from workbench.tensors import Shape, real_of, shown

_ROUNDING = 8  # in units of the last place: what a scaling onto the ball leaves


def into_ball(z: Tensor, size: Tensor, radius: float | Tensor) -> Tensor:
    """z scaled down where its modulus `size` exceeds the radius: the projection; radius 0 gives 0, never NaN."""
    return z * (radius / size.clamp_min(torch.finfo(size.dtype).tiny)).clamp_max(1)


def zero_inside(size: Tensor, radius: float, slack: float = 0.0) -> Tensor:
    """0 where no modulus of an item exceeds the radius but by rounding, infinite elsewhere and for NaN: -> (B,)."""
    largest = size.flatten(1).amax(1)
    within = largest <= radius * (1 + slack + _ROUNDING * torch.finfo(size.dtype).eps)
    return torch.where(within, torch.zeros_like(largest), torch.inf)


def each_item(x: Tensor, value: float) -> Tensor:
    """A number for each item of the batch, (B,), in the precision of x."""
    return torch.full((len(x),), value, dtype=real_of(x.dtype), device=x.device)


def no_axis(axis: int, shape: Shape) -> str:
    """Why a signal of this shape cannot be grouped along an axis, as a sentence; empty where it can."""
    if axis > len(shape):
        return f"a signal of {shown(shape)} has no axis {axis} to group: take axis 1 to {len(shape)}"
    return ""
