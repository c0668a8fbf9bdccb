"""Momentum on a GPU: one launch where torch needs three, and none of the signals in between."""

from torch import Tensor

from workbench.kernels.base_triton import as_type_of, blocks, constexpr, jit, launch, real, tl
from workbench.tensors import real_of

SIZE = 1024  # numbers of a program


def ahead(x: Tensor, before: Tensor, beta: Tensor) -> Tensor:
    this, old = real(x)[0], real(before)[0]
    out = this.new_empty(this.shape)
    length, weights = this[0].numel(), beta.detach().to(real_of(x.dtype)).contiguous()
    tiles = blocks(length, SIZE)
    launch(_ahead, len(x) * tiles, x, this, old, weights, out, tiles, length, SIZE)
    return as_type_of(x, out, tuple(x.shape))


def uphill(v: Tensor, new: Tensor, x: Tensor) -> Tensor:
    a, b, c = (real(part)[0] for part in (v, new, x))
    length = a[0].numel()
    tiles = blocks(length, SIZE)
    sums = a.new_empty(len(v), tiles)
    launch(_uphill, len(v) * tiles, v, a, b, c, sums, tiles, length, SIZE)
    return sums.sum(1)


@jit
def _ahead(x, before, beta, out, tiles, length, SIZE: constexpr):
    n = (tl.program_id(0) // tiles).to(tl.int64)
    k = (tl.program_id(0) % tiles) * SIZE + tl.arange(0, SIZE)
    at, inside = n * length + k, k < length
    here, weight = tl.load(x + at, mask=inside, other=0.0), tl.load(beta + n)
    tl.store(out + at, here + weight * (here - tl.load(before + at, mask=inside, other=0.0)), mask=inside)


@jit
def _uphill(v, new, x, sums, tiles, length, SIZE: constexpr):
    n = (tl.program_id(0) // tiles).to(tl.int64)
    k = (tl.program_id(0) % tiles) * SIZE + tl.arange(0, SIZE)
    at, inside = n * length + k, k < length
    here = tl.load(new + at, mask=inside, other=0.0)
    apart = tl.load(v + at, mask=inside, other=0.0) - here
    tl.store(sums + tl.program_id(0), tl.sum(apart * (here - tl.load(x + at, mask=inside, other=0.0))))
