"""Values that repeat in continuous samples: a few are told apart, many are refused."""

import torch
from torch import Tensor

from workbench.analysis.information.estimators.base import Samples, discrete
from workbench.refusal import Refusal
from workbench.tensors import stream

TIES = "values that occur twice are spread at random over their cells first"  # what an estimator says of itself

_FEW = 10
_CELLS = 10  # of a grid between the quartiles, for each sample: in single precision every number stands on a finer one
_OFF = 0.05  # of a step: what rounding leaves of multiples


def untied(x: Samples, side: str) -> Samples:
    """Continuous samples (N, d), in no coordinate of which a value occurs twice: `spread`, where few are the same.

    Refuses samples of which one in a hundred is the same, and more than ten: symbols, or quantised too coarsely.
    """
    tied = _tied(x)
    if not bool(tied.any()):
        return x
    if bool(tied.all()):  # else no two rows are equal, and to count equal rows takes longer than all neighbours
        _require_few_copies(x)
    return spread(x, side)


def spread(x: Samples, side: str) -> Samples:
    """Samples (N, d) without constant coordinates, each value that repeats spread evenly over its cell.

    The cell ends halfway to the neighbours: what was rounded is as before, and no information is lost, since the cell
    tells the value. The random numbers belong to the `side`.
    """
    x = x[:, (x != x[0]).any(0)]
    columns = [
        _spread(c, side, i) if bool(t) else c for i, (c, t) in enumerate(zip(x.unbind(1), _tied(x), strict=True))
    ]
    return torch.stack(columns, 1)


def refuse_repeated(u: Samples, v: Samples) -> None:
    """Refuse pairs (u, v) of which a quarter is a copy of another: drawn with repetition, or kept twice.

    Copies lie on each other in u and v together, as if one told the other. Coarse numbers meet in u or v far more often
    than in both; beside symbols they are told by the grid that they stand on.
    """
    numbers = [x for x in (u, v) if not discrete(x)]
    if not numbers or any(bool(_tied(x).logical_not().any()) for x in numbers):
        return
    rows = [torch.unique(x, dim=0, return_inverse=True)[1] for x in (u, v)]
    both = torch.unique(torch.stack(rows, 1), dim=0, return_counts=True)[1]
    copies, (in_u, in_v) = len(u) - len(both), (_meetings(torch.bincount(side)) for side in rows)
    if 4 * copies <= len(u):
        return
    if _kept_twice(numbers[0], both) if len(numbers) == 1 else 2 * _meetings(both) > min(in_u, in_v):
        came = f"{copies} of {len(u)} that are copies of another"
        raise Refusal("samples drawn independently", came, "keep one of each, torch.unique(pairs, dim=0)")


def _kept_twice(x: Samples, counts: Tensor) -> bool:
    """Whether pairs of x and symbols that are the same, so many times each, are copies, not rounded or saturated.

    Of these many meet in one coordinate and not in all, or stand on a grid, or are far more often the same.
    """
    columns = x[:, (x != x[0]).any(0)].unbind(1)
    single = [_meetings(torch.unique(column, return_counts=True)[1]) for column in columns]
    together = int(counts.max()) <= _FEW and 2 * _meetings(counts) > min(single)
    return together and not all(_rounded(column) for column in columns)


def _rounded(column: Tensor) -> bool:
    """Whether numbers have half precision, or are whole multiples of a step that so many samples can tell."""
    if any(torch.equal(column.to(short).to(column), column) for short in (torch.float16, torch.bfloat16)):
        return True
    values = torch.unique(column)
    steps = values.diff()
    middle = values[3 * len(values) // 4] - values[len(values) // 4]
    parts = steps / steps.min()
    return bool(middle <= _CELLS * len(column) * steps.min() and ((parts - parts.round()).abs() <= _OFF).all())


def _meetings(counts: Tensor) -> int:
    """How many pairs of samples have the same row."""
    return int((counts * (counts - 1)).sum()) // 2


def refuse_copies(count: int, x: Samples, k: int) -> None:
    """A sentence on so many samples that coincide with k others, where there are any."""
    if count:
        came = f"{count} of {len(x)} with {k} copies or more"
        raise Refusal("continuous samples", came, "pass symbols as whole numbers, or add noise to quantised values")


def _tied(x: Samples) -> Tensor:
    """In which coordinates a value occurs twice: (d,)."""
    return (x.sort(0).values.diff(dim=0) == 0).any(0)


def _require_few_copies(x: Samples) -> None:
    most, counts = max(_FEW, len(x) // 100), torch.unique(x, dim=0, return_counts=True)[1]
    refuse_copies(int(counts[counts > most].sum()), x, most)


def _spread(column: Tensor, side: str, number: int) -> Tensor:
    values, places, counts = torch.unique(column, return_inverse=True, return_counts=True)
    half = values.diff() / 2
    below, above = torch.cat([half[:1], half]), torch.cat([half, half[-1:]])
    rng = stream(0, f"ties of {side}", number, column.device)
    part = torch.rand(len(column), generator=rng, device=column.device, dtype=column.dtype)
    moved = column - below[places] + part * (below + above)[places]
    return torch.where(counts[places] > 1, moved, column)
