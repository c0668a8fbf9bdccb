"""Every cell of operator x noise x prior x algorithm, run from its defaults: what passes, what is refused, and why."""

import itertools
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Literal

import torch
from torch import Tensor

from workbench import catalog
from workbench.algorithms import Algorithm
from workbench.analysis import psnr
from workbench.analysis.grid import cover
from workbench.analysis.metrics import signal_to_noise
from workbench.data import truth
from workbench.experiment import part
from workbench.noise import Noise
from workbench.operators import Field, LinearOperator, Operator
from workbench.problem import Problem
from workbench.refusal import Refusal
from workbench.run import objective, run, untold
from workbench.tensors import Shape, complex_of

if TYPE_CHECKING:
    import xarray as xr

Cell = tuple[str, str, str, str]  # names of an operator, a noise, a prior and an algorithm
_SIDES = ("operator", "noise", "prior", "algorithm")
Outcome = Literal["passed", "failed", "refused"]

_AGAIN = 8  # times the steps, before a run above its start is judged
ROUNDING = 1e-3  # relative, of an objective: robust noises start at their minimum, which splitting methods circle
LOSS = 0.1  # dB that a suited prior may stay below the baseline


@dataclass(frozen=True)
class Verdict:
    """What became of a cell, why, and the PSNR in dB at the end and of the baseline (NaN where nothing ran)."""

    cell: Cell
    outcome: Outcome
    reason: str = ""
    psnr: float = math.nan
    baseline: float = math.nan


def cells() -> list[Cell]:
    """All cells of the catalogue, valid or not."""
    operators, noises, priors, algorithms = (catalog.members(kind) for kind in _SIDES)
    return list(itertools.product(operators, noises, priors, algorithms))


def grouped(chosen: Sequence[Cell]) -> list[list[Cell]]:
    """Cells with one operator and one noise together: they share their data."""
    ordered = sorted(chosen, key=lambda cell: cell[:2])
    return [list(group) for _, group in itertools.groupby(ordered, key=lambda cell: cell[:2])]


def valid(chosen: Iterable[Cell], side: int = 32) -> list[Cell]:
    """The cells whose parts fit together."""
    problems = ((cell, _problem(cell[:3], side)) for cell in chosen)
    made = {name: cls() for name, cls in catalog.members("algorithm").items()}
    return [c for c, problem in problems if isinstance(problem, Problem) and not made[c[3]].lacks(problem)]


def judge(chosen: Iterable[Cell], side: int = 32, steps: int = 50) -> Iterator[Verdict]:
    """A verdict on each cell: refused with its sentence, or run for so many steps from defaults and looked at.

    A run that is above its start by then is given eight times the steps: where the misfit has a corner, methods that do
    not go straight down begin near the minimum, and leave it before they come back.
    A run passes when it stays finite and, but for samplers and fixed points that minimise nothing, ends no higher than
    it started and, but for samplers, where the prior suits the signal, no more than 0.1 dB below the pseudo-inverse, or
    the scaled adjoint where there is none.
    """
    for cell in chosen:
        made = _prepare(cell, side)
        yield made if isinstance(made, Verdict) else run_cell(cell, *made, steps)


def _prepare(cell: Cell, side: int) -> tuple[Problem, Algorithm] | Verdict:
    problem = _problem(cell[:3], side)
    if isinstance(problem, str):
        return Verdict(cell, "refused", problem)
    algorithm = catalog.find("algorithm", cell[3])()
    sentence = algorithm.unmet(problem)
    return Verdict(cell, "refused", sentence) if sentence else (problem, algorithm)


@cache
def _operator(name: str, side: int) -> Operator:
    usual: Shape = catalog.find("operator", name)().in_shape
    return part("operator", name, (usual[0], *[side] * (len(usual) - 1)))


@cache
def _signal(shape: Shape) -> Tensor:
    """Piecewise constant signals from 0 to 1: blocks in 1-D, the head phantom in 2-D, in warm colours where wanted."""
    if len(shape) == 2:
        return truth("blocks", shape[1]).expand(1, *shape).clone()
    head = truth("shepp_logan", shape[1])
    return torch.cat([head * (1 - 0.2 * channel) for channel in range(shape[0])], 1)


@cache
def _data(operator: str, noise: str, side: int) -> Tensor:
    chosen, model = _operator(operator, side), catalog.find("noise", noise)()
    assert isinstance(model, Noise)
    return Problem.simulate(chosen, model, catalog.find("prior", "Zero")(), _signal(chosen.in_shape)).y


@lru_cache(maxsize=1)
def _problem(names: tuple[str, str, str], side: int) -> Problem | str:
    """The problem, or why there is none."""
    operator, noise, prior = names
    chosen = _operator(operator, side)
    try:
        y = _data(operator, noise, side)
        return Problem(chosen, catalog.find("noise", noise)(), catalog.find("prior", prior)(), y, _unknown(chosen, y))
    except Refusal as refusal:
        return refusal.remedy


def _unknown(operator: Operator, y: Tensor) -> Tensor:
    """The signal in the dtype of the unknown."""
    signal = _signal(operator.in_shape)
    return signal.to(complex_of(signal.dtype)) if operator.field == Field.COMPLEX else signal


def run_cell(cell: Cell, problem: Problem, algorithm: Algorithm, steps: int) -> Verdict:
    """The verdict on so many steps of the algorithm on the problem."""
    before = _baseline(problem)
    try:
        found = _ended(problem, algorithm, steps)
        if _risen(problem, algorithm, found):
            found = _ended(problem, algorithm, _AGAIN * steps)
    except Refusal as refusal:
        return Verdict(cell, "failed", f"refused after its start: {refusal}", baseline=before)
    last = float(found.psnr[-1, 0])
    wrong = _wrong(problem, algorithm, found, last - before)
    return Verdict(cell, "failed" if wrong else "passed", wrong, last, before)


def _ended(problem: Problem, algorithm: Algorithm, steps: int) -> "xr.Dataset":
    """A run with its first and its last row."""
    with untold():  # a verdict says it
        return run(problem, algorithm, objective, psnr, steps=steps, every=steps)


def _risen(problem: Problem, algorithm: Algorithm, found: "xr.Dataset") -> bool:
    """Whether a run that should go down ended above its start."""
    if found.attrs["stopped"] or not algorithm.seeks_minimum:
        return False
    # Where the start breaks a constraint, its recorded objective is that of another signal, which meets it.
    begun = bool(problem.prior(algorithm.start(problem)).isfinite().all())
    first, last = (float(found.objective[k, 0]) for k in (0, -1))
    return begun and last > first + ROUNDING * abs(first) + ROUNDING


def _baseline(problem: Problem) -> float:
    """The PSNR of the pseudo-inverse, or of the default start."""
    operator = problem.operator
    guess = operator.pseudo_inverse(problem.y) if isinstance(operator, LinearOperator) else None
    guess = problem.start() if guess is None else guess.to(problem.dtype)
    assert problem.truth is not None
    return float(signal_to_noise(problem.aligned(guess), problem.truth)[0])


def _wrong(problem: Problem, algorithm: Algorithm, found: "xr.Dataset", gain: float) -> str:
    """What is wrong with a run, as a sentence; empty where nothing is."""
    if found.attrs["stopped"]:
        return f"{found.attrs['outcome']}: {found.attrs['stopped']}"
    first, last = (float(found.objective[k, 0]) for k in (0, -1))
    down = algorithm.seeks_minimum
    if (down and math.isnan(last)) or not math.isfinite(float(abs(found.x).max())):
        return "ended with NaN"
    if _risen(problem, algorithm, found):
        return f"ended above its start: {last:.6g} after {first:.6g}"
    suited = "piecewise constant" in problem.prior.suits and found.sizes["channel"] == 1  # each channel by itself
    # A method that minimises nothing does not have its quality from the prior: unrolled ones bring their own.
    if suited and algorithm.seeks_minimum and not gain >= -LOSS:
        return f"ended {-gain:.2f} dB below the baseline"
    return ""


__all__ = ["Cell", "Verdict", "cells", "cover", "grouped", "judge", "run_cell", "valid"]
