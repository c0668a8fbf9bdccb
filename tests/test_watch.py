"""What is called divergent: what left for infinity, and not what is dark, random, or large where data see little."""

import contextlib
import math
from dataclasses import replace

import pytest
import torch
from torch import Tensor

from workbench import catalog
from workbench.algorithms import (
    FISTA,
    ConjugateGradient,
    FilteredBackprojection,
    GradientDescent,
    PerturbOptimise,
    PnPPGD,
    UnadjustedLangevin,
)
from workbench.noise import Gaussian, Noise, Poisson
from workbench.operators import FiniteDifference, GaussianBlur, Radon
from workbench.priors import Box, GaussianProcess, Tikhonov, TotalVariation
from workbench.problem import Problem
from workbench.run import Diverged, Watch, after, guard, iterate, run, until
from workbench.tensors import generator, norm, normal_like

SHAPE = (1, 8, 8)
METHODS = [cls() for name, cls in sorted(catalog.members("algorithm").items())]
DARK = torch.zeros(2, *SHAPE, dtype=torch.float64)


def watched(problem: Problem, algorithm: object, steps: int, x: Tensor | None = None) -> Tensor:
    *_, last = until(guard(problem, algorithm, iterate(problem, algorithm, x)), after(steps))
    return last.x


@pytest.mark.parametrize("law", [Gaussian(0.1), Poisson(50.0)], ids=lambda n: type(n).__name__)
@pytest.mark.parametrize("algorithm", METHODS, ids=lambda a: type(a).__name__)
def test_a_dark_frame_is_no_reason_to_stop(algorithm: object, law: Noise) -> None:
    priors = (Tikhonov(20.0), Box(0.1, 1.0), GaussianProcess(), TotalVariation())
    problems = [Problem(GaussianBlur(SHAPE), law, prior, DARK) for prior in priors]
    for problem in [p for p in problems if not algorithm.unmet(p)]:
        assert bool(watched(problem, algorithm, 40).isfinite().all())


def test_a_surface_is_far_larger_than_what_its_second_differences_show() -> None:
    t = torch.linspace(-1, 1, 32, dtype=torch.float64)
    hill = torch.exp(-2 * (t[:, None] ** 2 + t**2))[None, None]
    law, weak = Gaussian(1e-4), Tikhonov(1e-3)
    problem = Problem.simulate(FiniteDifference((1, 32, 32), 2, "reflect"), law, weak, hill)
    x = watched(problem, ConjugateGradient(), 600)
    assert float(norm(x)) > 100 * float(norm(problem.start()))
    assert float(problem.objective(x)) < float(problem.objective(problem.start()))


def test_samples_of_a_weak_prior_may_be_large() -> None:
    problem = Problem(GaussianBlur(SHAPE, 2.0), Gaussian(1e-3), Tikhonov(1e-2), DARK)
    x = watched(problem, PerturbOptimise(), 20)
    assert float(norm(x).min()) > 1 and not run(problem, PerturbOptimise(), steps=20).attrs["stopped"]


@pytest.mark.parametrize("method", [GradientDescent, FISTA, UnadjustedLangevin], ids=lambda m: m.__name__)
def test_in_the_dark_too_what_leaves_for_infinity_is_caught_in_time(method: type) -> None:
    problem = Problem(GaussianBlur(SHAPE), Gaussian(0.1), Tikhonov(1.0), DARK)
    faint = 1e-3 * normal_like(DARK, generator(0, 0))
    far = method(step_size=4 / 101)
    with pytest.raises(Diverged, match="the last good state"):
        watched(problem, far, 2000, faint)
    end = run(problem, far, steps=2000)
    assert method is not UnadjustedLangevin or "step" in end.attrs["stopped"]


def test_a_dim_item_is_not_hidden_by_a_bright_one() -> None:
    y = torch.cat([100 + DARK[:1], 1e-3 + DARK[1:]])
    problem = Problem(GaussianBlur(SHAPE), Gaussian(0.1), Tikhonov(1.0), y)
    x = torch.cat([problem.start()[:1], torch.full_like(DARK[1:], 1e3)])
    with pytest.raises(Diverged) as end:
        for state in guard(problem, GradientDescent(2.5 / 101), iterate(problem, GradientDescent(2.5 / 101), x), 1):
            assert state.k < 2000
    assert math.isfinite(float(norm(end.value.state.x).max()))


@pytest.mark.parametrize("scale", [1e-3, 1.0, 1e3])
@pytest.mark.parametrize("begun", [1.0, 5.0])
def test_a_hundredfold_start_is_the_limit_in_whatever_units(scale: float, begun: float) -> None:
    """Of the back-projection, or of the state that was seen first where that is larger."""
    problem = Problem(GaussianBlur(SHAPE), Gaussian(1e-2 * scale), Tikhonov(1e-3 / scale**2), 0.5 * scale + DARK[:1])
    first = next(iterate(problem, GradientDescent(), begun * problem.start()))
    for factor, far in ((0.9, False), (1.1, True)):
        watch = Watch(problem, GradientDescent())
        watch.look(first)
        with pytest.raises(Diverged) if far else contextlib.nullcontext():
            watch.look(replace(first, x=factor * 100 * first.x))


def test_what_minimises_nothing_has_pictures_for_its_measure() -> None:
    """Where data are dark an iterate may be as large as pictures in [0, 1] are, and a hundred times as large."""
    problem, method = Problem(GaussianBlur(SHAPE), Gaussian(0.1), TotalVariation(), DARK), PnPPGD()
    for size, far in ((90.0, False), (110.0, True)):
        watch, first = Watch(problem, method), next(iterate(problem, method))
        watch.look(first)
        with pytest.raises(Diverged) if far else contextlib.nullcontext():
            watch.look(replace(first, x=size + DARK))


@pytest.mark.parametrize("scale", [1e-3, 1.0, 1e5])
def test_a_formula_of_the_data_is_no_run_for_infinity_in_whatever_units(scale: float) -> None:
    radon = Radon((1, 16, 16), 12)
    truth = scale * picture(0)
    problem = Problem.simulate(radon, Gaussian(0.01 * scale), Tikhonov(), truth)
    found = watched(problem, FilteredBackprojection(), 5)
    assert torch.equal(found, FilteredBackprojection().solution(problem)) and float(norm(found).max()) > 0.5 * scale


def picture(seed: int) -> Tensor:
    """A picture in [0, 1]."""
    return torch.rand(1, 1, 16, 16, dtype=torch.float64, generator=generator(seed, 0))


def test_a_run_that_stays_small_asks_for_its_start_once() -> None:
    """A start is a back-projection or a direct reconstruction, which costs seconds where data are large."""
    asked = []

    class Counted(FISTA):
        def start(self, problem: Problem) -> Tensor:
            asked.append(True)
            return super().start(problem)

    problem = Problem(GaussianBlur(SHAPE), Gaussian(0.1), Tikhonov(1.0), torch.ones_like(DARK))
    assert not run(problem, Counted(), steps=12).attrs["stopped"]
    assert len(asked) == 1
