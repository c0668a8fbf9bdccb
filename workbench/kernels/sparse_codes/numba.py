"""Number after number of a code on the CPU, those that stay 0 left out; atom after atom, by the rows that hold it."""

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from workbench.kernels.dispatch import compiled, share, workers


def swept(code: Tensor, atoms: Tensor, seen: Tensor, target: Tensor, price: float, sweeps: int) -> Tensor:
    start, words, weights, wanted = (_stacked(part, code) for part in (code, atoms, seen, target))
    out, rest = start.clone(), wanted - weights * (start @ words)
    pulls, price = rest @ words.mT, out.numpy().dtype.type(price)
    arrays = [part.numpy() for part in (words, weights, pulls)]
    share(
        _swept, out.shape[0] * out.shape[1], workers(rest.numel() * sweeps), *arrays, price, sweeps, *_both(rest, out)
    )
    return out.reshape(code.shape)


def stepped(code: Tensor, atoms: Tensor, seen: Tensor, target: Tensor, longest: float) -> Tensor:
    held, start, weights, wanted = (_stacked(part, code) for part in (code, atoms, seen, target))
    out, rest = start.clone(), wanted - weights * (held @ start)
    longest = out.numpy().dtype.type(longest)
    share(_stepped, len(out), workers(rest.numel()), held.numpy(), weights.numpy(), longest, *_both(rest, out))
    return out.reshape(atoms.shape)


def _stacked(part: Tensor, like: Tensor) -> Tensor:
    return part.detach().to(like.dtype).reshape(-1, *part.shape[-2:]).contiguous()


def _both(rest: Tensor, out: Tensor) -> tuple[NDArray[np.generic], NDArray[np.generic]]:
    """What a kernel writes."""
    return rest.numpy(), out.numpy()


@compiled
def _swept(first, last, atoms, seen, pulls, price, sweeps, rests, out):
    rows, count = out.shape[1:]
    values, kind = atoms.shape[2], out.dtype.type
    zero, unknown = kind(0), kind(-1)
    sizes, held = np.empty(count, out.dtype), np.empty(count, np.int64)
    for task in range(first, last):
        n, row = task // rows, task % rows
        code, here, rest, many = out[n, row], seen[n, row], rests[n, row], 0
        for k in range(count):
            if code[k] != zero or abs(pulls[n, row, k]) > price:
                held[many], sizes[k] = k, unknown
                many += 1
        for _ in range(sweeps):
            left = 0
            for i in range(many):
                k = held[i]
                atom, old, pull = atoms[n, k], code[k], zero
                for v in range(values):
                    pull += atom[v] * rest[v]
                if sizes[k] == unknown:
                    size = zero
                    for v in range(values):
                        size += atom[v] * here[v] * atom[v]
                    sizes[k] = size
                size, new = sizes[k], zero
                whole = pull + size * old
                if size > zero and abs(whole) > price:
                    new = (whole - price if whole > zero else whole + price) / size
                    held[left] = k
                    left += 1
                change = new - old
                if change != zero:
                    code[k] = new
                    for v in range(values):
                        rest[v] -= change * here[v] * atom[v]
            many = left


@compiled
def _stepped(first, last, code, seen, longest, rests, out):
    rows, count = code.shape[1:]
    values, kind = out.shape[2], out.dtype.type
    zero = kind(0)
    pull, bends = np.empty(values, out.dtype), np.empty(values, out.dtype)
    holders, many = np.empty((count, rows), np.int64), np.empty(count, np.int64)
    for n in range(first, last):
        many[:] = 0
        for row in range(rows):
            for k in range(count):
                if code[n, row, k] != zero:
                    holders[k, many[k]] = row
                    many[k] += 1
        for k in range(count):
            atom = out[n, k]
            pull[:], bends[:] = zero, zero
            for i in range(many[k]):
                row = holders[k, i]
                number, rest, here = code[n, row, k], rests[n, row], seen[n, row]
                for v in range(values):
                    pull[v] += number * rest[v]
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
                for i in range(many[k]):
                    row = holders[k, i]
                    number, rest, here = code[n, row, k], rests[n, row], seen[n, row]
                    for v in range(values):
                        rest[v] -= number * here[v] * pull[v]
