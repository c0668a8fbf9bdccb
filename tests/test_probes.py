"""Probes of one's own: what they may say, and what is said of those that do not."""

from typing import Any

import pytest
import torch

from workbench import priors
from workbench.algorithms import GradientDescent, State
from workbench.noise import Gaussian
from workbench.operators import Identity
from workbench.problem import Problem
from workbench.refusal import Refusal
from workbench.run import run

TRUTH = torch.rand(2, 1, 4, 3, generator=torch.Generator().manual_seed(0))


def problem() -> Problem:
    return Problem.simulate(Identity((1, 4, 3)), Gaussian(), priors.Tikhonov(), TRUTH)


@pytest.mark.parametrize(
    ("said", "came"),
    [
        (lambda x: 1.0, "float"),
        (lambda x: {"mean": 1.0}, "'mean': float"),
        (lambda x: {"mean": x}, "'mean': 2 x 1 x 4 x 3"),
        (lambda x: {"mean": x.mean((1, 2, 3)), "values": x.flatten()}, "'values': 24"),
    ],
)
def test_a_probe_that_gives_no_column_is_refused_by_name(said: Any, came: str) -> None:
    def crooked(problem: Problem, state: State) -> Any:
        return said(state.x)

    with pytest.raises(Refusal, match=rf"shape \(2,\) from the probe crooked, got {came}: "):
        run(problem(), GradientDescent(), crooked, steps=3)


def test_a_probe_may_give_one_number_for_the_batch_or_one_for_each_item() -> None:
    data = run(problem(), GradientDescent(), lambda p, s: {"all": s.x.mean(), "each": s.x.mean((1, 2, 3))}, steps=3)
    assert data["all"].dims == ("k",) and data["each"].dims == ("k", "batch")


def named(name: str, factor: float = 1.0) -> Any:
    return lambda problem, state: {name: factor * state.x.flatten(1).mean(1)}


@pytest.mark.parametrize("name", ["mean", "x", "y", "truth", "k", "seconds", "calls", "state_0"])
def test_no_column_takes_the_place_of_another(name: str) -> None:
    """The later of two probes was kept without a word, a `truth` was lost to it; `k` ended the run after its work."""
    probes = (named(name), named(name, 100.0)) if name == "mean" else (named(name),)
    with pytest.raises(Refusal, match=f"a name of its own for each column of a run, got '{name}'"):
        run(problem(), GradientDescent(), *probes, steps=2)
    assert "mean" in run(problem(), GradientDescent(), named("mean"), named("other"), steps=2)
