"""Every cell of operator x noise x prior x algorithm, run from its defaults: what passes, what is refused, and why."""

import itertools
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
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
from workbench.operators import LinearOperator, Operator
from workbench.priors import Prior
from workbench.problem import Problem
from workbench.refusal import Refusal
from workbench.run import objective, run
from workbench.tensors import Shape

if TYPE_CHECKING:
    import xarray as xr

Cell = tuple[str, str, str, str]  # names of an operator, a noise, a prior and an algorithm
Outcome = Literal["passed", "failed", "refused"]

ROUNDING = 1e-4  # relative, of an objective in single precision
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
    return list(itertools.product(*(catalog.members(kind) for kind in catalog.KINDS)))


def grouped(chosen: Sequence[Cell]) -> list[list[Cell]]:
    """Cells with one operator and one noise together: they share their data."""
    ordered = sorted(chosen, key=lambda cell: cell[:2])
    return [list(group) for _, group in itertools.groupby(ordered, key=lambda cell: cell[:2])]


def valid(chosen: Iterable[Cell], side: int = 32) -> list[Cell]:
    """The cells whose parts fit together."""
    return [cell for cell in chosen if not isinstance(_prepare(cell, side), Verdict)]


def judge(chosen: Iterable[Cell], side: int = 32, steps: int = 50) -> Iterator[Verdict]:
    """A verdict on each cell: refused with its sentence, or run for so many steps from defaults and looked at.

    A run passes when it stays finite, ends no higher than it started (methods that minimise), and, where the prior
    suits the signal, no more than 0.1 dB below the pseudo-inverse, or the scaled adjoint where there is none.
    """
    for cell in chosen:
        made = _prepare(cell, side)
        yield made if isinstance(made, Verdict) else _run(cell, *made, steps)


def _prepare(cell: Cell, side: int) -> tuple[Problem, Algorithm] | Verdict:
    try:
        problem = _problem(cell[:3], side)
    except Refusal as refusal:
        return Verdict(cell, "refused", refusal.remedy)
    algorithm = catalog.find("algorithm", cell[3])()
    sentence = algorithm.unmet(problem)
    return Verdict(cell, "refused", sentence) if sentence else (problem, algorithm)


@cache
def _operator(name: str, side: int) -> Operator:
    usual: Shape = catalog.find("operator", name)().in_shape
    return part("operator", name, (usual[0], *[side] * (len(usual) - 1)))


@cache
def _signal(shape: Shape) -> Tensor:
    """Piecewise constant signals from 0 to 1: blocks in 1-D, the head phantom in 2-D, and in colour its three turns."""
    if len(shape) == 2:
        return truth("blocks", shape[1]).expand(1, *shape).clone()
    head = truth("shepp_logan", shape[1])
    return torch.cat([head.rot90(turn, (2, 3)) for turn in range(shape[0])], 1) if shape[0] > 1 else head


@cache
def _data(operator: str, noise: str, side: int) -> Tensor:
    chosen, model = _operator(operator, side), catalog.find("noise", noise)()
    assert isinstance(model, Noise)
    return Problem.simulate(chosen, model, catalog.find("prior", "Zero")(), _signal(chosen.in_shape)).y


def _problem(names: tuple[str, str, str], side: int) -> Problem:
    operator, noise, prior = names
    chosen = _operator(operator, side)
    y = _data(operator, noise, side)
    signal = _signal(chosen.in_shape).to(torch.promote_types(torch.float32, y.dtype) if y.is_complex() else y.dtype)
    return Problem(chosen, catalog.find("noise", noise)(), catalog.find("prior", prior)(), y, signal)


def _run(cell: Cell, problem: Problem, algorithm: Algorithm, steps: int) -> Verdict:
    before = _baseline(problem)
    try:
        found = run(problem, algorithm, objective, psnr, steps=steps, every=steps)
    except Refusal as refusal:
        return Verdict(cell, "failed", f"refused after its start: {refusal}", baseline=before)
    last = float(found.psnr[-1, 0])
    wrong = _wrong(problem.prior, algorithm, found, last - before)
    return Verdict(cell, "failed" if wrong else "passed", wrong, last, before)


def _baseline(problem: Problem) -> float:
    """The PSNR of the pseudo-inverse, or of the default start."""
    linear = isinstance(problem.operator, LinearOperator)
    guess = problem.operator.pseudo_inverse(problem.y) if linear else None
    guess = problem.start() if guess is None else guess.to(problem.dtype)
    assert problem.truth is not None
    return float(signal_to_noise(guess, problem.truth)[0])


def _wrong(prior: Prior, algorithm: Algorithm, found: "xr.Dataset", gain: float) -> str:
    """What is wrong with a run, as a sentence; empty where nothing is."""
    if found.attrs["stopped"]:
        return f"diverged: {found.attrs['stopped']}"
    first, last = (float(found.objective[k, 0]) for k in (0, -1))
    if math.isnan(last) or not math.isfinite(float(abs(found.x).max())):
        return "ended with NaN"
    if not algorithm.random and last > first + ROUNDING * abs(first) + ROUNDING:
        return f"ended above its start: {last:.6g} after {first:.6g}"
    if "piecewise constant" in prior.suits and not gain >= -LOSS:
        return f"ended {-gain:.2f} dB below the baseline"
    return ""


__all__ = ["Cell", "Verdict", "cells", "cover", "grouped", "judge", "valid"]
