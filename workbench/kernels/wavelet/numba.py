"""The wavelet transform on the CPU, in place: lines along the last axis, columns of many neighbours along the others.

A signal is (N, n0, n1, n2 * parts), axes that it has not being of length 1; a level works in its low corner, `sides`.
A line is parted into its even and its odd places, so that every tap is a multiply-add of neighbours.
"""

import numpy as np
import torch
from torch import Tensor

from workbench.kernels.dispatch import compiled, share, workers
from workbench.tensors import Constant
from workbench.tensors import parts as parts_of

BLOCK = 256  # numbers of neighbouring columns


def analyse(x: Tensor, filters: Constant, levels: int) -> Tensor:
    return _transformed(x, filters, [(level, (_split_lines, _split_columns)) for level in range(levels)], False)


def synthesise(coefficients: Tensor, filters: Constant, levels: int) -> Tensor:
    passes = [(level, (_merge_lines, _merge_columns)) for level in reversed(range(levels))]
    return _transformed(coefficients, filters, passes, True)


def _transformed(x: Tensor, filters: Constant, passes: list, last_first: bool) -> Tensor:
    real = parts_of(x.detach()).clone(memory_format=torch.contiguous_format)
    parts, space = 2 if x.is_complex() else 1, tuple(x.shape[2:])
    whole = (1,) * (3 - len(space)) + space
    a = real.reshape(-1, *whole[:2], whole[2] * parts).numpy()
    taps, threads = filters.value.numpy().astype(a.dtype), workers(x.numel())
    for level, (lines, columns) in passes:
        sides = tuple(max(1, n >> level) for n in whole)
        for axis in range(2, 2 - len(space), -1) if last_first else range(3 - len(space), 3):
            if axis == 2:
                share(lines, len(a) * sides[0] * sides[1], threads, a, sides, taps, parts)
            else:
                blocks = -(-sides[2] * parts // BLOCK)
                share(columns, len(a) * sides[1 - axis] * blocks, threads, a, axis, sides, parts, blocks, taps)
    return torch.view_as_complex(real) if x.is_complex() else real


@compiled
def _split_lines(first, last, a, sides, taps, parts):
    n = sides[2]
    half, count = n // 2, taps.shape[1] // 2
    margin = count // 2 + 1
    phases = np.empty((2, half + 2 * margin), a.dtype)
    out = np.empty((2, half), a.dtype)
    for task in range(first, last):
        line = _line(a, task, sides)
        for part in range(parts):
            for phase in range(2):
                _phase(line, phase, part, parts, margin, phases[phase])
                _wrapped(phases[phase], half, margin)
            out[:] = 0
            for t in range(2 * count):
                place = t - (count - 1)
                phase = place % 2
                shift = (place - phase) // 2 + margin
                _two_more(phases[phase, shift : shift + half], taps[0, t], taps[1, t], out[0], out[1])
            if parts == 1:
                _copy(out[0], line[:half])
                _copy(out[1], line[half:n])
            else:
                for k in range(half):
                    line[k * parts + part] = out[0, k]
                    line[(half + k) * parts + part] = out[1, k]


@compiled
def _merge_lines(first, last, a, sides, taps, parts):
    n = sides[2]
    half, count = n // 2, taps.shape[1] // 2
    margin = count // 2 + 1
    bands = np.empty((2, half + 2 * margin), a.dtype)
    out = np.empty((2, half), a.dtype)
    for task in range(first, last):
        line = _line(a, task, sides)
        for part in range(parts):
            for band in range(2):
                for k in range(half):
                    bands[band, margin + k] = line[(band * half + k) * parts + part]
                _wrapped(bands[band], half, margin)
            out[:] = 0
            for phase in range(2):
                late = (phase + count - 1) % 2
                for s in range(count):
                    shift = (phase + count - 1 - late) // 2 - s + margin
                    low, high = bands[0, shift : shift + half], bands[1, shift : shift + half]
                    _one_more(low, high, taps[0, 2 * s + late], taps[1, 2 * s + late], out[phase])
            for j in range(half):
                line[2 * j * parts + part] = out[0, j]
                line[(2 * j + 1) * parts + part] = out[1, j]


@compiled
def _split_columns(first, last, a, axis, sides, parts, blocks, taps):
    others, n, width = sides[1 - axis], sides[axis], sides[2] * parts
    half, length = n // 2, taps.shape[1]
    kept = np.empty((n, BLOCK), a.dtype)
    for task in range(first, last):
        rest, begin = task // blocks, task % blocks * BLOCK
        signal, other, end = a[rest // others], rest % others, min(width, begin + BLOCK)
        _keep(signal, axis, other, begin, end, kept)
        for k in range(half):
            low, high = _row(signal, axis, k, other)[begin:end], _row(signal, axis, half + k, other)[begin:end]
            low[:] = 0
            high[:] = 0
            for t in range(0, length, 2):
                i = (2 * k + t - length // 2 + 1) % n
                there = kept[(i + 1) % n]
                _one_more(kept[i], there, taps[0, t], taps[0, t + 1], low)
                _one_more(kept[i], there, taps[1, t], taps[1, t + 1], high)


@compiled
def _merge_columns(first, last, a, axis, sides, parts, blocks, taps):
    others, n, width = sides[1 - axis], sides[axis], sides[2] * parts
    half, count = n // 2, taps.shape[1] // 2
    kept = np.empty((n, BLOCK), a.dtype)
    for task in range(first, last):
        rest, begin = task // blocks, task % blocks * BLOCK
        signal, other, end = a[rest // others], rest % others, min(width, begin + BLOCK)
        _keep(signal, axis, other, begin, end, kept)
        for m in range(n):
            out = _row(signal, axis, m, other)[begin:end]
            out[:] = 0
            late = (m + count - 1) % 2
            for s in range(count):
                k = ((m + count - 1 - late) // 2 - s) % half
                _one_more(kept[k], kept[half + k], taps[0, 2 * s + late], taps[1, 2 * s + late], out)


@compiled
def _line(a, task, sides):
    """The line of a task along the last axis of the low corner."""
    rest = task // sides[0]
    return a[rest // sides[1], task % sides[0], rest % sides[1]]


@compiled
def _keep(signal, axis, other, begin, end, kept):
    """Copy neighbouring columns, which are then written over."""
    for i in range(len(kept)):
        _copy(_row(signal, axis, i, other)[begin:end], kept[i])


@compiled
def _row(signal, axis, i, other):
    """Place i of axis 0 or 1, at a place of the other: all along the last, in memory without gaps."""
    return signal[i, other] if axis == 0 else signal[other, i]


@compiled
def _phase(line, phase, part, parts, margin, out):
    """Every second place of a line, the even or the odd ones, of one part, behind a margin."""
    for k in range(len(out) - 2 * margin):
        out[margin + k] = line[(2 * k + phase) * parts + part]


@compiled
def _wrapped(row, half, margin):
    """The margins at either end of a row of `half`, periodically, however short it is."""
    for k in range(margin):
        row[margin - 1 - k] = row[margin + (half - 1 - k) % half]
        row[margin + half + k] = row[margin + k % half]


@compiled
def _copy(source, target):
    for j in range(len(source)):
        target[j] = source[j]


@compiled
def _two_more(x, one, other, low, high):
    for j in range(len(low)):
        low[j] += one * x[j]
    for j in range(len(high)):
        high[j] += other * x[j]


@compiled
def _one_more(x, y, one, other, out):
    for j in range(len(out)):
        out[j] += one * x[j] + other * y[j]
