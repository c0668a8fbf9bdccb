"""What a start may be: where the data pull at nothing, every method that follows their gradient says so alike."""

import pytest
import torch
from torch import Tensor

from workbench import catalog
from workbench.algorithms import LBFGS, Algorithm, GradientDescent
from workbench.noise import Gaussian, Poisson
from workbench.operators import Operator
from workbench.priors import GaussianProcess, NonNegative, Tikhonov, TotalVariation
from workbench.problem import Problem
from workbench.refusal import Refusal
from workbench.run import after, iterate, run, until
from workbench.tensors import generator, norm

SHAPE = (1, 8, 8)
FLAT = "a start from which the data show a way"
X = 0.2 + torch.rand(2, *SHAPE, generator=generator(0, 0), dtype=torch.float64)


class Square(Operator):
    """x^2."""

    def __init__(self) -> None:
        super().__init__(SHAPE, SHAPE)

    def forward(self, x: Tensor) -> Tensor:
        return x * x


class Power(Square):
    """|F x|^2."""

    def forward(self, x: Tensor) -> Tensor:
        seen = torch.fft.fft2(x, norm="ortho")
        return seen.real.square() + seen.imag.square()


class Guessed(Square):
    """x^2, of which somebody knows where to begin."""

    def first_guess(self, y: Tensor) -> Tensor:
        return y.clamp_min(0).sqrt() + 0.1


PRIORS = (Tikhonov(), GaussianProcess(), TotalVariation(), NonNegative())
METHODS = [cls() for name, cls in sorted(catalog.members("algorithm").items())]


@pytest.mark.parametrize("operator", [Square(), Power()], ids=lambda o: type(o).__name__)
@pytest.mark.parametrize("algorithm", METHODS, ids=lambda a: type(a).__name__)
def test_a_start_where_the_data_pull_at_nothing_is_refused_or_left(algorithm: Algorithm, operator: Operator) -> None:
    laws = (Gaussian(0.01), Poisson(100.0))
    posed = [Problem.simulate(operator, law, prior, X) for law in laws for prior in PRIORS]
    for problem in [p for p in posed if not algorithm.unmet(p)]:
        if algorithm.wanders:
            *_, last = until(iterate(problem, algorithm), after(20))
            assert bool(last.x.isfinite().all()) and bool((norm(last.x) > 0).all())
        else:
            with pytest.raises(Refusal, match=FLAT):
                iterate(problem, algorithm)
            iterate(problem, algorithm, X)


def test_an_item_of_the_batch_is_enough_and_data_that_are_explained_are_not() -> None:
    problem = Problem(Square(), Gaussian(0.01), Tikhonov(), X * X)
    mixed = torch.cat([X[:1], 0 * X[1:]])
    with pytest.raises(Refusal, match=FLAT):
        iterate(problem, GradientDescent(1e-3), mixed)
    dark = Problem(Square(), Gaussian(0.01), Tikhonov(), torch.cat([(X * X)[:1], 0 * X[1:]]))
    assert bool(next(iterate(dark, GradientDescent(1e-3), mixed)).x.isfinite().all())


def test_a_first_guess_is_the_way_out_that_the_refusal_names() -> None:
    problem = Problem.simulate(Guessed(), Gaussian(0.01), Tikhonov(1e-3), X)
    found = run(problem, LBFGS(), steps=30)
    error = norm(torch.tensor(found.x.values) - X) / norm(X)
    assert not found.attrs.get("stopped") and float(error.max()) < 0.1
