"""Thresholds on a GPU: one program a tile of groups, whose members it reads twice, the second time from the cache."""

from torch import Tensor

from workbench.kernels.base_triton import as_type_of, blocks, constexpr, jit, launch, real, tl
from workbench.tensors import real_of

SIZE = 512  # groups of a program


def soft(v: Tensor, t: Tensor) -> Tensor:
    return group(v[:, None], t, 1)[:, 0]


def group(v: Tensor, t: Tensor, axis: int) -> Tensor:
    numbers, parts = real(v)
    limits, out = t.detach().to(real_of(v.dtype)).contiguous(), numbers.new_empty(numbers.shape)
    outer, members, inner = v.shape[1:axis].numel(), v.shape[axis], v.shape[axis + 1 :].numel()
    tiles = blocks(inner, SIZE)
    launch(_group, len(v) * outer * tiles, v, numbers, limits, out, tiles, outer, members, inner, parts, SIZE)
    return as_type_of(v, out, tuple(v.shape))


@jit
def _group(v, t, out, tiles, outer, members, inner, PARTS: constexpr, SIZE: constexpr):
    n = (tl.program_id(0) // tiles).to(tl.int64)
    k = (tl.program_id(0) % tiles) * SIZE + tl.arange(0, SIZE)[:, None]
    inside, limit = k < inner, tl.load(t + n // outer)
    at = n * members * inner * PARTS + k * PARTS + tl.arange(0, PARTS)[None, :]
    energy = tl.zeros((SIZE, 1), v.dtype.element_ty)
    for m in range(members):
        member = tl.load(v + at + m * inner * PARTS, mask=inside, other=0.0)
        energy += tl.sum(member * member, 1)[:, None]
    # At t = 0 nothing shrinks, not even to NaN where the group is 0.
    larger = tl.maximum(tl.sqrt(energy), limit)
    scale = tl.where(limit > 0, 1 - limit / tl.where(limit > 0, larger, 1.0), 1.0)
    for m in range(members):
        member = tl.load(v + at + m * inner * PARTS, mask=inside, other=0.0)
        tl.store(out + at + m * inner * PARTS, scale * member, mask=inside)
