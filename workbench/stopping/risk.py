"""What a method that is stopped early knows of the data behind the noise: along its steps, told from the data alone."""

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

import torch
from torch import Tensor

from workbench.algorithms import Algorithm
from workbench.problem import Problem
from workbench.refusal import Refusal
from workbench.run import iterate
from workbench.tensors import norm2, parts, stream

NUDGE = 0.1  # deviations of the noise by which data are moved to see what the picture does


def residual(problem: Problem, clean: Tensor) -> Tensor:
    """y less its mean at A x = `clean`, the background of counts included: the score over the precision.

    0 for data that depend on no picture.
    """
    noise = problem.noise
    return torch.where(problem.seen, (-noise.grad(clean, problem.y) / noise.precision(clean)).to(problem.y), 0)


def numbers(problem: Problem) -> int:
    """How many data there are that depend on the picture, of complex ones both parts."""
    return int(problem.seen.sum()) * len(problem.y) * (2 if problem.y.is_complex() else 1)


def direction(problem: Problem, rng: torch.Generator) -> Tensor:
    """A direction that data may move in: the noise's deviation with random signs. Refusal where none is known."""
    deviation = problem.noise.deviation(problem.y)
    signs = (2 * torch.randint(0, 2, parts(problem.y).shape, generator=rng) - 1).to(problem.y.device, deviation.dtype)
    return deviation * (torch.view_as_complex(signs) if problem.y.is_complex() else signs)


def followed(way: Tensor, moved: Tensor) -> Tensor:
    """v_i d(Ax)_i / dy_i on average, entry by entry, of an A x that `moved` as data moved by NUDGE `way`."""
    return (way.conj() * moved).real / NUDGE


def risk_of(problem: Problem, clean: Tensor, optimism: Tensor) -> float:
    """The noise's `risk` of an A x, summed over the data that depend on the picture."""
    return float(torch.where(problem.seen, problem.noise.risk(clean, problem.y, optimism), 0).sum())


class StepPrediction(NamedTuple):
    """The iterate at k, |residual|^2, sum_i v_i d(Ax)_i / dy_i and the noise's `risk` there, sums over the batch."""

    x: Tensor
    square: float
    optimism: float
    risk: float


def require_told(problem: Problem, algorithm: Algorithm) -> None:
    """Refusal where the data do not tell how the states of a method move with them."""
    if algorithm.random:
        came = f"{type(algorithm).__name__}, which draws its states"
        raise Refusal("a method whose states follow from the data", came, "stop it after a number of steps")
    try:
        problem.noise.deviation(problem.y)
    except Refusal as refusal:
        came = f"{type(problem.noise).__name__}, whose variance the data do not tell"
        raise Refusal("Gaussian, Poisson or Rician noise for this rule", came, "stop by change instead") from refusal


def predictions(
    problem: Problem, algorithm: Algorithm, probes: int, seed: int, x: Tensor | None = None
) -> Iterator[StepPrediction]:
    """The states of a run of its own, each with how it moves with the data; from x, or from the usual start.

    Data and the data moved by a tenth of their noise, in `probes` directions of random signs, go along as one batch; a
    usual start moves with them. The difference is the derivative of what is computed: exact for methods that are linear
    in the data where the map to A x is diagonal in them, an estimate elsewhere. Ramani, Blu & Unser 2008,
    doi 10.1109/TIP.2008.2001404.
    """
    require_told(problem, algorithm)
    rngs = [stream(seed, "direction in which data move", number) for number in range(probes)]
    ways = [direction(problem, rng) for rng in rngs]
    count = len(problem.y)
    moved = replace(problem, y=torch.cat([problem.y, *(problem.y + NUDGE * way for way in ways)]), truth=None)
    begin = None if x is None else x.repeat(1 + probes, *[1] * (x.ndim - 1))
    for state in iterate(moved, algorithm, begin):
        with torch.no_grad():
            clean = problem.operator(state.x)
            here, *others = clean.split(count)
            each = [followed(way, other - here) for way, other in zip(ways, others, strict=True)]
            optimism = torch.stack(each).mean(0)
            square = float(norm2(residual(problem, here)).double().sum())
            risk = risk_of(problem, here, optimism)
        yield StepPrediction(state.x[:count], square, float(optimism.double().sum()), risk)
