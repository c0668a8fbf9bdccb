"""Number after number of a code on the CPU: a block of rows, which owe each other nothing, goes through all sweeps."""

import numpy as np
import torch
from torch import Tensor

from workbench.kernels.dispatch import compiled, share, workers

ROWS = 32  # of a task: side by side in memory, value by value


def swept(code: Tensor, atoms: Tensor, seen: Tensor, target: Tensor, price: float, sweeps: int) -> Tensor:
    rows = code.shape[-2]
    start, words, weights, wanted = (
        part.detach().to(code.dtype).reshape(-1, *part.shape[-2:]).contiguous().numpy()
        for part in (code, atoms, seen, target)
    )
    out = np.empty_like(start)
    tasks = len(out) * -(-rows // ROWS)
    work = out.size * words.shape[-1] * sweeps
    share(_swept, tasks, workers(work), start, words, weights, wanted, start.dtype.type(price), sweeps, out)
    return torch.from_numpy(out).reshape(code.shape)


@compiled
def _swept(first, last, start, words, weights, wanted, price, sweeps, out):
    rows, count = out.shape[1:]
    values, kind = words.shape[2], out.dtype.type
    zero, pieces = kind(0), -(-rows // ROWS)
    codes, sizes = np.empty((count, ROWS), out.dtype), np.empty((count, ROWS), out.dtype)
    rest, seen = np.empty((values, ROWS), out.dtype), np.empty((values, ROWS), out.dtype)
    pull, change = np.empty(ROWS, out.dtype), np.empty(ROWS, out.dtype)
    for task in range(first, last):
        n, begin = task // pieces, task % pieces * ROWS
        many = min(ROWS, rows - begin)
        codes[:], seen[:], rest[:], sizes[:] = zero, zero, zero, zero
        for i in range(many):
            for k in range(count):
                codes[k, i] = start[n, begin + i, k]
            for v in range(values):
                seen[v, i], rest[v, i] = weights[n, begin + i, v], wanted[n, begin + i, v]
        for k in range(count):
            size = sizes[k]
            for v in range(values):
                word, here, left = words[n, k, v], seen[v], rest[v]
                for i in range(ROWS):
                    size[i] += here[i] * word * word
                    left[i] -= here[i] * word * codes[k, i]
        for _ in range(sweeps):
            for k in range(count):
                size, code = sizes[k], codes[k]
                pull[:] = zero
                for v in range(values):
                    word, left = words[n, k, v], rest[v]
                    for i in range(ROWS):
                        pull[i] += word * left[i]
                moves = False
                for i in range(ROWS):
                    whole, new = pull[i] + size[i] * code[i], zero
                    if size[i] > zero and abs(whole) > price:
                        new = (whole - price if whole > zero else whole + price) / size[i]
                    change[i] = new - code[i]
                    moves = moves or change[i] != zero
                    code[i] = new
                if moves:
                    for v in range(values):
                        word, here, left = words[n, k, v], seen[v], rest[v]
                        for i in range(ROWS):
                            left[i] -= here[i] * word * change[i]
        for k in range(count):
            for i in range(many):
                out[n, begin + i, k] = codes[k, i]
