"""The linear maps of total generalised variation in plain torch, and how long they make a field."""

import math

import torch
from torch import Tensor

HALF = math.sqrt(0.5)  # (a + b) / 2 twice in a symmetric matrix has the norm of one (a + b) / sqrt 2


def symmetrised(w: Tensor) -> Tensor:
    if w.shape[2] == 1:
        return _along(w[:, :, 0], 2)[:, :, None]
    down, right = w.unbind(2)
    return torch.stack([_along(down, 2), _along(right, 3), HALF * (_across(down, 2, 3) + _across(right, 3, 2))], 2)


def symmetrised_adjoint(q: Tensor) -> Tensor:
    if q.shape[2] == 1:
        return _back_along(q[:, :, 0], 2)[:, :, None]
    xx, yy, xy = q.unbind(2)
    mixed = HALF * _back_across(xy, 2, 3), HALF * _back_across(xy, 3, 2)
    return torch.stack([_back_along(xx, 2) + mixed[0], _back_along(yy, 3) + mixed[1]], 2)


def _along(w: Tensor, axis: int) -> Tensor:
    """Backward differences of a component along its own axis, where its last entry is none."""
    n = w.shape[axis]
    return _padded(w.narrow(axis, 0, n - 1).diff(dim=axis), axis, 1, 1) if n > 2 else torch.zeros_like(w)


def _back_along(q: Tensor, axis: int) -> Tensor:
    n = q.shape[axis]
    if n <= 2:
        return torch.zeros_like(q)
    return _padded(-_padded(q.narrow(axis, 1, n - 2), axis, 1, 1).diff(dim=axis), axis, 0, 1)


def _across(w: Tensor, own: int, other: int) -> Tensor:
    """Backward differences along the other axis."""
    return _padded(_padded(w.narrow(own, 0, w.shape[own] - 1).diff(dim=other), own, 0, 1), other, 1, 0)


def _back_across(q: Tensor, own: int, other: int) -> Tensor:
    inside = q.narrow(own, 0, q.shape[own] - 1).narrow(other, 1, q.shape[other] - 1)
    return _padded(-_padded(inside, other, 1, 1).diff(dim=other), own, 0, 1)


def _padded(v: Tensor, axis: int, before: int, after: int) -> Tensor:
    shape = list(v.shape)
    ends = []
    for count in (before, after):
        shape[axis] = count
        ends.append(v.new_zeros(shape))
    return torch.cat([ends[0], v, ends[1]], axis)


def squared(x: Tensor) -> int:
    """A bound of |D|^2 and of |E|^2: 4 for each axis that has differences; x: (B, C, *space)."""
    return 4 * max(1, sum(n > 1 for n in x.shape[2:]))
