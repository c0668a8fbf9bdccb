"""The prox of counts on a GPU: one launch, an entry a place."""

import torch
from torch import Tensor

from workbench.kernels.base_triton import blocks, constexpr, jit, launch, scalars, tl
from workbench.kernels.counts import CountStep

SIZE = 512  # entries of a program


def prox(v: Tensor, y: Tensor, step: CountStep) -> Tensor:
    v, y = (part.detach().contiguous() for part in (v, y))
    out, numbers = torch.empty_like(v), scalars(tuple(step), v.dtype, v.device)
    launch(_prox, blocks(v.numel(), SIZE), v, v, y, numbers, out, v.numel(), SIZE)
    return out


@jit
def _prox(v, y, numbers, out, count, SIZE: constexpr):
    at = tl.program_id(0).to(tl.int64) * SIZE + tl.arange(0, SIZE)
    inside = at < count
    t, b = tl.load(numbers), tl.load(numbers + 1)
    x, counts = tl.load(v + at, mask=inside, other=0.0), tl.load(y + at, mask=inside, other=1.0)
    shifted, side = x + b - t, 2 * tl.sqrt(t * counts)
    # As the smaller over the larger no square overflows, nor is one lost.
    large, small = tl.maximum(tl.abs(shifted), side), tl.minimum(tl.abs(shifted), side)
    ratio = small / tl.maximum(large, 1e-30)
    root = large * tl.sqrt(1 + ratio * ratio)
    near = 2 * t * counts / tl.maximum(root - shifted, 1e-30)
    above = tl.where(shifted > 0, (shifted + root) / 2, near) - b
    below = (x - t * ((b - counts) / b)) / (1 + t * (tl.maximum(counts, b) / (b * b)))
    tl.store(out + at, tl.where(above >= 0, above, below), mask=inside)
