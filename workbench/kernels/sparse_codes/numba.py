"""Number after number of a code on the CPU, those that are 0 left out; atom after atom, by the rows that hold it."""

import numpy as np
import torch
from torch import Tensor

from workbench.kernels.dispatch import compiled, share, workers


def swept(code: Tensor, atoms: Tensor, seen: Tensor, target: Tensor, price: float, sweeps: int) -> Tensor:
    start, *others = (_matrices(part, code) for part in (code, atoms, seen, target))
    out = start.copy()
    rows, kind = out.shape[1], out.dtype.type
    share(_swept, len(out) * rows, workers(out.size * atoms.shape[-1]), *others, kind(price), sweeps, out)
    return torch.from_numpy(out).reshape(code.shape)


def stepped(code: Tensor, atoms: Tensor, seen: Tensor, target: Tensor, longest: float) -> Tensor:
    held, start, *others = (_matrices(part, code) for part in (code, atoms, seen, target))
    out = start.copy()
    share(_stepped, len(out), workers(held.size * atoms.shape[-1]), held, *others, out.dtype.type(longest), out)
    return torch.from_numpy(out).reshape(atoms.shape)


def _matrices(part: Tensor, like: Tensor) -> np.ndarray:
    return part.detach().to(like.dtype).reshape(-1, *part.shape[-2:]).contiguous().numpy()


@compiled
def _swept(first, last, atoms, seen, target, price, sweeps, out):
    rows, count = out.shape[1:]
    values, kind = atoms.shape[2], out.dtype.type
    zero, unknown = kind(0), kind(-1)
    rest, sizes, held = np.empty(values, out.dtype), np.empty(count, out.dtype), np.empty(count, np.int64)
    for task in range(first, last):
        n, row = task // rows, task % rows
        code, here = out[n, row], seen[n, row]
        rest[:] = target[n, row]
        for k in range(count):
            sizes[k], held[k] = unknown, k
            if code[k] != zero:
                atom = atoms[n, k]
                for v in range(values):
                    rest[v] -= code[k] * here[v] * atom[v]
        many = count
        for _ in range(sweeps):
            left = 0
            for i in range(many):
                k = held[i]
                atom, old, pull = atoms[n, k], code[k], zero
                for v in range(values):
                    pull += atom[v] * rest[v]
                if old == zero and abs(pull) <= price:
                    continue
                if sizes[k] == unknown:
                    size = zero
                    for v in range(values):
                        size += atom[v] * here[v] * atom[v]
                    sizes[k] = size
                size, new = sizes[k], zero
                whole = pull + size * old
                if size > zero and abs(whole) > price:
                    new = (whole - price if whole > zero else whole + price) / size
                if new != old:
                    change = new - old
                    for v in range(values):
                        rest[v] -= change * here[v] * atom[v]
                    code[k] = new
                if new != zero:
                    held[left] = k
                    left += 1
            many = left


@compiled
def _stepped(first, last, code, seen, target, longest, out):
    rows, count = code.shape[1:]
    values, kind = out.shape[2], out.dtype.type
    zero = kind(0)
    rest, holders = np.empty((rows, values), out.dtype), np.empty(rows, np.int64)
    pull, bends = np.empty(values, out.dtype), np.empty(values, out.dtype)
    for n in range(first, last):
        for row in range(rows):
            left, here = rest[row], seen[n, row]
            left[:] = target[n, row]
            for k in range(count):
                number = code[n, row, k]
                if number != zero:
                    atom = out[n, k]
                    for v in range(values):
                        left[v] -= number * here[v] * atom[v]
        for k in range(count):
            atom, many = out[n, k], 0
            pull[:], bends[:] = zero, zero
            for row in range(rows):
                number = code[n, row, k]
                if number != zero:
                    holders[many] = row
                    many += 1
                    left, here = rest[row], seen[n, row]
                    for v in range(values):
                        pull[v] += number * left[v]
                        bends[v] += number * number * here[v]
            bend, size = zero, zero
            for v in range(values):
                bend = max(bend, bends[v])
            if bend > zero:
                for v in range(values):
                    pull[v] = atom[v] + pull[v] / bend
                    size += pull[v] * pull[v]
                size = np.sqrt(size)
                shorter = longest / size if size > longest else kind(1)
                for v in range(values):
                    pull[v] = shorter * pull[v] - atom[v]
                    atom[v] += pull[v]
                for i in range(many):
                    row = holders[i]
                    number, left, here = code[n, row, k], rest[row], seen[n, row]
                    for v in range(values):
                        left[v] -= number * here[v] * pull[v]
