"""A signal as a matrix whose rows are patches: what low rank is said of."""

import math

import torch
from torch import Tensor

from workbench.tensors import Shape, shown


def patch_matrix(x: Tensor, patch: int) -> Tensor:
    """(B, C, *space) -> (B, patches, C patch^d): square patches side by side, without overlap, of all channels."""
    d = x.ndim - 2
    cut = x.reshape(*x.shape[:2], *[n for side in x.shape[2:] for n in (side // patch, patch)])
    places, insides = range(2, 2 + 2 * d, 2), range(3, 3 + 2 * d, 2)
    return cut.permute(0, *places, 1, *insides).flatten(1, d).flatten(2)


def signal_of(matrix: Tensor, shape: torch.Size, patch: int) -> Tensor:
    """The signal of shape (B, C, *space) whose patches are the rows."""
    d = len(shape) - 2
    cut = matrix.reshape(shape[0], *[side // patch for side in shape[2:]], shape[1], *[patch] * d)
    order = [place for axis in range(d) for place in (1 + axis, 2 + d + axis)]
    return cut.permute(0, 1 + d, *order).reshape(shape)


def no_patches(shape: Shape, patch: int) -> str:
    """Why signals of this shape, (C, *space), are no matrix of such patches, as a sentence; empty where they are."""
    space = shape[1:]
    if not space or any(side % patch for side in space):
        common = math.gcd(*space) if space else 1
        remedy = f"take patch={max(d for d in range(1, 17) if common % d == 0)}"
        return f"{shown(space)} px are not patches of {patch} px side by side: {remedy}, or crop"
    if patch == 1 and shape[0] == 1:
        return "one channel has no rank to lower: take patches of several pixels"
    return ""
