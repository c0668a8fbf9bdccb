"""Interpolation and spreading on the CPU: a point reads its neighbours; a band of the grid takes what falls into it.

A grid is (B, n0, n1, n2 * 2), real and imaginary parts by turns; axes that it has not, those before the last, are
of length 1. Every entry of the grid is added to in the order of the points, whatever the number of threads.
"""

import math

import numpy as np
import torch
from torch import Tensor

from workbench.kernels.dispatch import compiled, share, workers
from workbench.kernels.scattered import Neighbours
from workbench.tensors import complex_of

_LEAST_BAND = 16  # rows: every band looks at all points


def interpolate(grid: Tensor, near: Neighbours) -> Tensor:
    if not grid.is_complex():
        return interpolate(grid.to(complex_of(grid.dtype)), near).real.contiguous()
    values = grid.new_empty((len(grid), len(near)))
    parts, axes = _parts(grid.detach(), near)
    out = torch.view_as_real(values).numpy()
    tasks = len(grid) * len(near)
    share(_interpolate, tasks, workers(tasks * _neighbours(near)), parts, *axes, out)
    return values


def spread(values: Tensor, near: Neighbours) -> Tensor:
    if not values.is_complex():
        return spread(values.to(complex_of(values.dtype)), near).real.contiguous()
    grid = values.new_zeros((len(values), *near.shape))
    parts, axes = _parts(grid, near)
    threads = workers(values.numel() * _neighbours(near))
    bands = 1 if len(values) >= threads else max(1, min(threads, parts.shape[1] // _LEAST_BAND))
    source = torch.view_as_real(values.detach().contiguous()).numpy()
    share(_spread, len(values) * bands, threads, source, *axes, bands, parts)
    return grid


def _neighbours(near: Neighbours) -> int:
    return math.prod(weights.value.shape[1] for weights in near.weights)


def _parts(grid: Tensor, near: Neighbours) -> tuple[np.ndarray, tuple[np.ndarray, ...]]:
    """The grid as four axes of real numbers, in its own memory, and first neighbours and weights of the three axes."""
    real = torch.view_as_real(grid.contiguous())
    axes = [(f.value.numpy(), w.like(real).numpy()) for f, w in zip(near.first, near.weights, strict=True)]
    missing = 3 - len(axes)
    one = np.zeros(len(near), np.int64), np.ones((len(near), 1), axes[0][1].dtype)
    axes[-1:-1] = [one] * missing
    sides = (*near.shape[:-1], *(1,) * missing, 2 * near.shape[-1])
    return real.numpy().reshape(len(grid), *sides), tuple(part for axis in axes for part in axis)


@compiled
def _interpolate(first, last, grid, first0, weights0, first1, weights1, first2, weights2, out):
    points = len(first0)
    n0, n1, n2 = grid.shape[1], grid.shape[2], grid.shape[3] // 2
    zero = grid.dtype.type(0)
    for task in range(first, last):
        b, s = task // points, task % points
        real = imaginary = zero
        for t in range(weights0.shape[1]):
            i = (first0[s] + t) % n0
            for u in range(weights1.shape[1]):
                line = grid[b, i, (first1[s] + u) % n1]
                k, r, m = first2[s], zero, zero  # sums of their own for every line: they do not wait for one another
                for v in range(weights2.shape[1]):
                    k = k if k < n2 else 0
                    r += weights2[s, v] * line[2 * k]
                    m += weights2[s, v] * line[2 * k + 1]
                    k += 1
                weight = weights0[s, t] * weights1[s, u]
                real += weight * r
                imaginary += weight * m
        out[b, s, 0] = real
        out[b, s, 1] = imaginary


@compiled
def _spread(first, last, values, first0, weights0, first1, weights1, first2, weights2, bands, grid):
    points = len(first0)
    n0, n1, n2 = grid.shape[1], grid.shape[2], grid.shape[3] // 2
    for task in range(first, last):
        b, band = task // bands, task % bands
        low, high = n0 * band // bands, n0 * (band + 1) // bands
        for s in range(points):
            for t in range(weights0.shape[1]):
                i = (first0[s] + t) % n0
                if i < low or i >= high:
                    continue
                for u in range(weights1.shape[1]):
                    line = grid[b, i, (first1[s] + u) % n1]
                    weight = weights0[s, t] * weights1[s, u]
                    real, imaginary = weight * values[b, s, 0], weight * values[b, s, 1]
                    k = first2[s]
                    for v in range(weights2.shape[1]):
                        k = k if k < n2 else 0
                        line[2 * k] += weights2[s, v] * real
                        line[2 * k + 1] += weights2[s, v] * imaginary
                        k += 1
