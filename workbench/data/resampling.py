"""Other sizes of the same signal: antialiased, so that nothing folds back."""

import numbers

import torch
from torch import Tensor
from torch.nn.functional import interpolate

from workbench.refusal import Refusal
from workbench.tensors import Shape


def to_side(x: Tensor, size: int) -> Tensor:
    """Longest side to `size`, aspect kept: (B, C, H, W) or (B, C, N), real or complex.

    Bilinear with a filter as wide as the step: a mean of neighbours with positive weights, so [0, 1] stays [0, 1].
    """
    longest = max(x.shape[2:])
    return to_shape(x, tuple(max(1, round(n * size / longest)) for n in x.shape[2:]))


def to_side_around(x: Tensor, gaps: Tensor | None, size: int) -> tuple[Tensor, Tensor | None]:
    """`to_side` of a signal that has no values in its gaps: each mean is taken over the values there are.

    A new sample is a gap where more than half of what it is a mean of is missing.
    """
    if gaps is None:
        return to_side(x, size), None
    known = to_side((~gaps).float(), size)
    means = to_side(x * ~gaps, size) / known.clamp_min(torch.finfo(known.dtype).eps)
    holes = known < 0.5
    return torch.where(holes, to_side(x, size), means), holes


def to_square(x: Tensor, size: int) -> Tensor:
    """The central square of a picture (all of a 1-D signal) at `size`."""
    side = min(x.shape[2:])
    for axis in range(2, x.ndim):
        x = x.narrow(axis, (x.shape[axis] - side) // 2, side)
    return to_shape(x, (size,) * (x.ndim - 2))


def to_shape(x: Tensor, shape: tuple[int, ...]) -> Tensor:
    """The signal on a grid of `shape`; itself where it has that shape already."""
    if tuple(x.shape[2:]) == shape:
        return x
    if x.is_complex():
        return torch.complex(to_shape(x.real, shape), to_shape(x.imag, shape))
    if len(shape) == 1:  # torch filters pictures only: a signal is a picture of one row
        return to_shape(x.unsqueeze(2), (1, *shape)).squeeze(2)
    return interpolate(x, size=shape, mode="bilinear", antialias=True, align_corners=False)


def require_size(size: int, low: int, high: int) -> None:
    """Refuse a size outside low..high or not whole."""
    whole = isinstance(size, numbers.Integral) and not isinstance(size, bool)
    if not whole or not low <= size <= high:
        raise Refusal(f"a size of {low} to {high} samples a side", repr(size), "give a whole number in that range")


def binned(x: Tensor, shape: Shape) -> Tensor:
    """The mean over blocks of whole samples, (B, C, *space) onto a grid of `shape`, each side a divisor of the old."""
    for axis, side in enumerate(shape, 2):
        if x.shape[axis] % side:
            came = f"{x.shape[axis]} samples for {side}"
            raise Refusal("a finer grid whose sides are multiples", came, "take another factor")
        x = x.unflatten(axis, (side, -1)).mean(axis + 1)
    return x


def repeated(x: Tensor, factor: int) -> Tensor:
    """Each sample as a block of `factor` equal ones along every axis in space."""
    for axis in range(2, x.ndim):
        x = x.repeat_interleave(factor, axis)
    return x
