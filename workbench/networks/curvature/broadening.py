"""How batches broaden the spectrum of the Hessian."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from workbench.networks.curvature.base import hessian, leading, random_starts, suggested_rate
from workbench.networks.learning import learning
from workbench.problem import Problem
from workbench.refusal import Refusal
from workbench.tensors import stream

_DRAWS = 6  # batches of a size, beside a training


@dataclass(frozen=True)
class Broadening:
    """The largest eigenvalue of the Hessian over batches, (sizes, draws) float64, and over all examples.

    NaN for a batch that is still to come.
    """

    batches: tuple[int, ...]
    largest: Tensor
    whole: float


def broadening(problem: Problem, x: Tensor, batches: Sequence[int], draws: int = 8, seed: int = 0) -> Broadening:
    """How much larger the curvature of a batch is than that of all examples, at the weights of one seed, (1, 1, P).

    The noise of a batch lifts the top of its spectrum, the more the smaller it is. Granziol, Zohren & Roberts 2022,
    arXiv:2006.09092.
    """
    *_, found = broadenings(problem, x, batches, draws, seed)
    return found


def broadenings(
    problem: Problem, x: Tensor, batches: Sequence[int], draws: int = 8, seed: int = 0
) -> Iterator[Broadening]:
    """`broadening`, batch by batch."""
    count, start = problem.y.shape[1], random_starts(x, seed, "start over batches")
    if not all(1 <= size <= count for size in batches):
        raise Refusal(f"batches of 1 to {count} examples", f"{tuple(batches)}", "take smaller ones")
    whole = leading(hessian(problem, x), start)
    found = torch.full((len(batches), draws), torch.nan, dtype=torch.float64)
    for place, size in enumerate(batches):
        rng = stream(seed, "examples of a batch", place)
        for draw in range(draws):
            rows = torch.randperm(count, generator=rng)[:size]
            found[place, draw] = leading(hessian(_over(problem, rows), x), whole.vectors).values[0]
            yield Broadening(tuple(batches), found.clone(), float(whole.values))


def _over(problem: Problem, rows: Tensor) -> Problem:
    """The same loss over some of the examples."""
    return replace(problem, operator=learning(problem).part(rows), y=problem.y[:, rows.to(problem.y.device)])


@dataclass(frozen=True)
class BatchCurvature:
    """Broadening against batch size, and the rate that Lanczos suggests for the batch in use."""

    broadening: Broadening
    rate: float


def batch_curvatures(problem: Problem, x: Tensor, size: int) -> Iterator[BatchCurvature]:
    """The top of the Hessian over batches of 2, 4, 8, ... examples at the weights of one seed; `size` is in use."""
    count, rate = problem.y.shape[1], float(suggested_rate(problem, x, size)[0])
    sizes = [2**n for n in range(1, count.bit_length()) if 2**n < count]
    for found in broadenings(problem, x, sizes, _DRAWS):
        yield BatchCurvature(found, rate)
