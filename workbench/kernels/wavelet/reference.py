"""The wavelet transform in plain torch: convolutions of any device and precision, differentiable."""

import math

import torch
from torch import Tensor
from torch.nn.functional import conv1d, conv2d, conv_transpose1d, conv_transpose2d

from workbench.kernels.wavelet import corner
from workbench.tensors import Constant


def analyse(x: Tensor, filters: Constant, levels: int) -> Tensor:
    out = _split(x, filters)
    for level in range(1, levels):
        low = corner(out.shape, level)
        out[low] = _split(out[low].clone(), filters)  # a clone, which autograd may keep while its place is overwritten
    return out


def synthesise(coefficients: Tensor, filters: Constant, levels: int) -> Tensor:
    out = coefficients.clone()
    for level in reversed(range(1, levels)):
        low = corner(out.shape, level)
        out[low] = _merge(out[low].clone(), filters)
    return _merge(out, filters)


def _split(x: Tensor, filters: Constant) -> Tensor:
    if x.is_complex():
        return torch.complex(_split(x.real, filters), _split(x.imag, filters))
    weights, shape = filters.like(x)[:, None], x.shape
    half = weights.shape[2] // 2
    for axis in range(2, x.ndim):
        lines = _wrap(_lines(x, axis, 1), half - 1)
        # One dimension has ten times the speed of two of which one is 1.
        flat = lines.ndim == 3
        x = conv1d(lines, weights, stride=2) if flat else conv2d(lines, weights[..., None], stride=(2, 1))
        x = x.reshape(shape)
    return x


def _merge(x: Tensor, filters: Constant) -> Tensor:
    if x.is_complex():
        return torch.complex(_merge(x.real, filters), _merge(x.imag, filters))
    weights, shape = filters.like(x)[:, None], x.shape
    half = weights.shape[2] // 2
    margin = half // 2
    cut = 2 * margin + half - 1
    for axis in reversed(range(2, x.ndim)):
        bands = _wrap(_lines(x, axis, 2), margin)
        if bands.ndim == 3:
            x = conv_transpose1d(bands, weights, stride=2, padding=cut)
        else:
            x = conv_transpose2d(bands, weights[..., None], stride=(2, 1), padding=(cut, 0))
        x = x.reshape(shape)
    return x


def _lines(x: Tensor, axis: int, bands: int) -> Tensor:
    """An axis, whole or as its two bands: (N, bands, n / bands, rest), without rest, which is 1, for the last axis."""
    rest = (-1,) if axis + 1 < x.ndim else ()
    return x.reshape(math.prod(x.shape[:axis]), bands, x.shape[axis] // bands, *rest)


def _wrap(lines: Tensor, margin: int) -> Tensor:
    """Lines continued periodically at either end by a margin of any length."""
    n = lines.shape[2]
    return lines.index_select(2, torch.arange(-margin, n + margin, device=lines.device) % n) if margin else lines
