"""Column after column on the CPU: rows owe each other nothing, so that each goes through all sweeps in the cache."""

import torch
from torch import Tensor

from workbench.kernels.dispatch import compiled, share, workers

ROWS = 64  # of a task


def swept(factor: Tensor, gram: Tensor, product: Tensor, sweeps: int) -> Tensor:
    rows, rank = factor.shape[-2:]
    start, squares, wanted = (
        part.detach().to(factor.dtype).reshape(-1, *part.shape[-2:]).contiguous().numpy()
        for part in (factor, gram, product)
    )
    out = start.copy()
    tasks = len(out) * -(-rows // ROWS)
    share(_swept, tasks, workers(out.size * rank * sweeps), out, squares, wanted, sweeps)
    return torch.from_numpy(out).reshape(factor.shape)


@compiled
def _swept(first, last, out, gram, wanted, sweeps):
    rows, rank = out.shape[1:]
    zero, pieces = out.dtype.type(0), -(-rows // ROWS)
    for task in range(first, last):
        n, begin = task // pieces, task % pieces * ROWS
        squares = gram[n]
        for i in range(begin, min(begin + ROWS, rows)):
            row, target = out[n, i], wanted[n, i]
            for _ in range(sweeps):
                for k in range(rank):
                    if squares[k, k] > zero:
                        pull = target[k]
                        for j in range(rank):
                            pull -= squares[k, j] * row[j]
                        row[k] = max(zero, row[k] + pull / squares[k, k])
