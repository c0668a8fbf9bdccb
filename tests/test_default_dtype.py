"""The precision of a run is that of its data, whatever torch's default is."""

from collections.abc import Iterator

import pytest
import torch
from torch import Tensor

from workbench import catalog, noise, operators, priors
from workbench.algorithms import Algorithm
from workbench.problem import Problem
from workbench.run import iterate
from workbench.tensors import real_of

SHAPE = (1, 8, 8)
PARTS: dict[str, tuple[operators.Operator, noise.Noise, priors.Prior]] = {
    "smooth": (operators.GaussianBlur(SHAPE, 1.0), noise.Gaussian(0.05), priors.SmoothedTotalVariation(2.0)),
    "kinks": (operators.FourierMask(SHAPE), noise.Gaussian(0.05), priors.WeightedTotalVariation(2.0)),
}
ALGORITHMS: dict[str, type[Algorithm]] = catalog.members("algorithm")


@pytest.fixture
def double() -> Iterator[None]:
    usual = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(usual)


def ends(problem: Problem) -> dict[str, Tensor]:
    """Where every method that takes the problem is after three steps."""
    found = {}
    for name, cls in ALGORITHMS.items():
        algorithm = cls()
        if not algorithm.unmet(problem):
            state = next(state for state in iterate(problem, algorithm) if state.k == 3 or algorithm.done(state))
            found[name] = state.x
    return found


def made(name: str) -> Problem:
    truth = torch.rand(1, *SHAPE, generator=torch.Generator().manual_seed(1), dtype=torch.float32)
    return Problem.simulate(*PARTS[name], truth)


@pytest.fixture(scope="module", params=PARTS)
def usual(request: pytest.FixtureRequest) -> tuple[str, dict[str, Tensor]]:
    return request.param, ends(made(request.param))


def test_runs_in_single_precision_are_the_same_bit_by_bit(usual, double):
    """Numbers of torch.where(condition, 0.9, 0.5), and whole numbers that are divided, have the default dtype."""
    name, before = usual
    for method, x in ends(made(name)).items():
        assert x.dtype == before[method].dtype and torch.equal(x, before[method]), method


@pytest.mark.parametrize("dtype", [torch.float32, torch.complex64])
def test_priors_and_noises_answer_in_the_precision_of_what_they_are_asked(double, dtype):
    x = torch.ones(2, *SHAPE, dtype=dtype)
    weights = torch.full(SHAPE, 4.0, dtype=torch.float64)
    noises = noise.Gaussian(0.1), noise.WeightedGaussian(weights, "weights"), noise.SobolevNoise(0.1)
    kinks = priors.WeightedTotalVariation(2.0), priors.TotalVariation(2.0), priors.L1(2.0)
    answers = [each.conjugate(x, x) for each in noises]
    answers += [each.outer.conjugate(each.linear(SHAPE)(x)) for each in kinks]
    assert {answer.dtype for answer in answers} == {real_of(dtype)}
