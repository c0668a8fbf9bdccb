"""The wavelet transform on a GPU: one launch for an axis of a level, an output a place, its taps gathered."""

from typing import Any

import torch
from torch import Tensor

from workbench.kernels.base_triton import as_type_of, blocks, constexpr, jit, launch, real, tl
from workbench.kernels.wavelet import corner
from workbench.tensors import Constant

SIZE = 256  # places of a program


def analyse(x: Tensor, filters: Constant, levels: int) -> Tensor:
    axes = tuple(range(2, x.ndim))
    out = _passed(_split, x, filters, axes)
    for level in range(1, levels):
        low = corner(out.shape, level)
        out[low] = _passed(_split, out[low], filters, axes)
    return out


def synthesise(coefficients: Tensor, filters: Constant, levels: int) -> Tensor:
    axes, out = tuple(range(coefficients.ndim - 1, 1, -1)), coefficients.detach().clone()
    for level in reversed(range(1, levels)):
        low = corner(out.shape, level)
        out[low] = _passed(_merge, out[low], filters, axes)
    return _passed(_merge, out, filters, axes)


def _passed(kernel: Any, x: Tensor, filters: Constant, axes: tuple[int, ...]) -> Tensor:
    """One level, axis by axis."""
    numbers, parts = real(x)
    taps = filters.like(numbers)
    for axis in axes:
        n, rest = x.shape[axis], parts * x.shape[axis + 1 :].numel()
        out = torch.empty_like(numbers)
        tiles = blocks(numbers.numel(), SIZE)
        launch(kernel, tiles, x, numbers, taps, out, numbers.numel(), n, rest, taps.shape[1], SIZE)
        numbers = out
    return as_type_of(x, numbers, tuple(x.shape))


@jit
def _split(x, taps, out, count, n, rest, length, SIZE: constexpr):
    at = tl.program_id(0).to(tl.int64) * SIZE + tl.arange(0, SIZE)
    inside = at < count
    place, beside = (at // rest) % n, at % rest
    band = place // (n // 2)
    begin = 2 * (place - band * (n // 2)) - length // 2 + 1 + n * length  # not below 0, of which % would be negative
    line = at - place * rest - beside
    total = tl.zeros((SIZE,), x.dtype.element_ty)
    for t in range(length):
        number = tl.load(x + line + ((begin + t) % n) * rest + beside, mask=inside, other=0.0)
        total += tl.load(taps + band * length + t, mask=inside, other=0.0) * number
    tl.store(out + at, total, mask=inside)


@jit
def _merge(x, taps, out, count, n, rest, length, SIZE: constexpr):
    at = tl.program_id(0).to(tl.int64) * SIZE + tl.arange(0, SIZE)
    inside = at < count
    place, beside = (at // rest) % n, at % rest
    line = at - place * rest - beside
    half, ahead = n // 2, place + length // 2 - 1
    late = ahead % 2
    total = tl.zeros((SIZE,), x.dtype.element_ty)
    for s in range(length // 2):
        k = ((ahead - late) // 2 - s + half * length) % half
        low = tl.load(x + line + k * rest + beside, mask=inside, other=0.0)
        high = tl.load(x + line + (half + k) * rest + beside, mask=inside, other=0.0)
        total += tl.load(taps + 2 * s + late, mask=inside, other=0.0) * low
        total += tl.load(taps + length + 2 * s + late, mask=inside, other=0.0) * high
    tl.store(out + at, total, mask=inside)
