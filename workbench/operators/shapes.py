"""What a signal's shape must be for an operator, and its images one by one."""

from collections.abc import Callable

import torch
from torch import Tensor

from workbench.refusal import Refusal
from workbench.tensors import Shape, shown


def space_of(shape: Shape, owner: str, axes: tuple[int, ...] = (1, 2, 3)) -> Shape:
    """The axes in space of (C, *space), refused unless their number is one of `axes`."""
    if len(shape) - 1 not in axes:
        counts = " or ".join(map(str, axes))
        example = shown((1, *[64] * axes[-1]))
        raise Refusal(f"channels and {counts} axes in space for {owner}", shown(shape), f"take {example}, for example")
    return tuple(shape[1:])


def each_part(x: Tensor, apply: Callable[[Tensor], Tensor]) -> Tensor:
    """Apply a map of real images (N, ., .) to every channel of x, real or complex."""
    if x.is_complex():
        return torch.complex(each_part(x.real, apply), each_part(x.imag, apply))
    return apply(x.flatten(0, 1)).unflatten(0, x.shape[:2])
