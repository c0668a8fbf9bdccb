"""The prox of counts on the CPU, in one pass: torch makes a dozen arrays on its way."""

import numpy as np
import torch
from torch import Tensor

from workbench.kernels.counts import CountStep
from workbench.kernels.dispatch import compiled, share, workers

BLOCK = 4096  # numbers of a task


def prox(v: Tensor, y: Tensor, step: CountStep) -> Tensor:
    flat, data = (part.detach().contiguous().reshape(-1).numpy() for part in (v, y))
    out = np.empty_like(flat)
    numbers = np.array(step, flat.dtype)
    share(_prox, -(-len(flat) // BLOCK), workers(len(flat)), flat, data, numbers, out)
    return torch.from_numpy(out).reshape(v.shape)


@compiled
def _prox(first, last, v, y, numbers, out):
    begin, end = first * BLOCK, min(last * BLOCK, len(v))
    _block(v[begin:end], y[begin:end], numbers, out[begin:end])


@compiled
def _block(v, y, numbers, out):
    t, b = numbers[0], numbers[1]
    kind = v.dtype.type
    zero, one, two, tiny = kind(0), kind(1), kind(2), kind(1e-30)
    for j in range(len(v)):
        shifted, counts = v[j] + b - t, y[j]
        side = two * np.sqrt(t * counts)
        # As the smaller over the larger no square overflows, nor is one lost.
        large, small = max(abs(shifted), side), min(abs(shifted), side)
        ratio = small / max(large, tiny)
        root = large * np.sqrt(one + ratio * ratio)
        far = (shifted + root) / two
        near = two * t * counts / max(root - shifted, tiny)
        above = (far if shifted > zero else near) - b
        below = (v[j] - t * ((b - counts) / b)) / (one + t * (max(counts, b) / (b * b)))
        out[j] = above if above >= zero else below
