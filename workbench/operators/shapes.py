"""What a signal's shape must be for an operator, and its images one by one."""

from collections.abc import Callable

import torch
from torch import Tensor

from workbench.parameters import told
from workbench.refusal import Refusal
from workbench.tensors import Shape, shown


def space_of(shape: Shape, owner: str, axes: tuple[int, ...] = (1, 2, 3)) -> Shape:
    """The axes in space of (C, *space), refused unless their number is one of `axes`."""
    if len(shape) - 1 not in axes:
        counts = " or ".join(map(str, axes))
        example = shown((1, *[64] * axes[-1]))
        raise Refusal(f"channels and {counts} axes in space for {owner}", shown(shape), f"take {example}, for example")
    return tuple(shape[1:])


def mask_of(pattern: Tensor, space: Shape, owner: str) -> Tensor:
    """A measured mask over space, bool: an array of 0 and 1, or of the last axes of space and the same along the rest.

    `owner` is the argument, such as Mask.pattern. Refusal for other shapes and values, and where nothing is kept.
    """
    if tuple(pattern.shape) != space[len(space) - pattern.ndim :] or not pattern.ndim:
        raise Refusal(f"a mask of {shown(space)} for {owner}", told(pattern), "take the mask on the grid of the data")
    kept = pattern != 0
    if not bool((pattern[kept] == 1).all()) or not bool(kept.any()):
        came = "one of 0 alone" if not bool(kept.any()) else "one with other values"
        raise Refusal(
            f"a mask of 0 and 1 for {owner}", came, "give what is measured as mask > 0, with one place at least"
        )
    return kept.expand(space).clone()


def each_part(x: Tensor, apply: Callable[[Tensor], Tensor]) -> Tensor:
    """Apply a map of real images (N, ., .) to every channel of x, real or complex."""
    if x.is_complex():
        return torch.complex(each_part(x.real, apply), each_part(x.imag, apply))
    return apply(x.flatten(0, 1)).unflatten(0, x.shape[:2])
