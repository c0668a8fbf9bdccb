"""Column after column on the CPU: rows owe each other nothing, and a block of them goes through all sweeps at once."""

import numpy as np
import torch
from torch import Tensor

from workbench.kernels.dispatch import compiled, share, workers

ROWS = 64  # of a task: side by side in memory, column by column


def swept(factor: Tensor, gram: Tensor, product: Tensor, sweeps: int) -> Tensor:
    rows, rank = factor.shape[-2:]
    start, squares, wanted = (
        part.detach().to(factor.dtype).reshape(-1, *part.shape[-2:]).contiguous().numpy()
        for part in (factor, gram, product)
    )
    out = np.empty_like(start)
    tasks = len(out) * -(-rows // ROWS)
    share(_swept, tasks, workers(out.size * rank * sweeps), start, squares, wanted, sweeps, out)
    return torch.from_numpy(out).reshape(factor.shape)


@compiled
def _swept(first, last, start, gram, wanted, sweeps, out):
    rows, rank = out.shape[1:]
    kind = out.dtype.type
    zero, pieces = kind(0), -(-rows // ROWS)
    columns, targets, pull = (
        np.empty((rank, ROWS), out.dtype),
        np.empty((rank, ROWS), out.dtype),
        np.empty(ROWS, out.dtype),
    )
    for task in range(first, last):
        n, begin = task // pieces, task % pieces * ROWS
        count = min(ROWS, rows - begin)
        for k in range(rank):
            for i in range(count):
                columns[k, i], targets[k, i] = start[n, begin + i, k], wanted[n, begin + i, k]
            columns[k, count:], targets[k, count:] = zero, zero
        for _ in range(sweeps):
            for k in range(rank):
                size = gram[n, k, k]
                if size > zero:
                    pull[:] = targets[k]
                    for j in range(rank):
                        share_of, column = gram[n, k, j], columns[j]
                        for i in range(ROWS):
                            pull[i] -= share_of * column[i]
                    column, scale = columns[k], kind(1) / size
                    for i in range(ROWS):
                        column[i] = max(zero, column[i] + scale * pull[i])
        for k in range(rank):
            for i in range(count):
                out[n, begin + i, k] = columns[k, i]
