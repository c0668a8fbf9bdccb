"""Lengths of steps learned by the objective: those of a closed form, and a LASSO that few steps nearly solve."""

import pytest
import torch

from workbench.algorithms import FISTA, ProximalGradient, StepLISTA
from workbench.noise import Gaussian, Poisson
from workbench.operators import GaussianBlur, GaussianSensing, LinearOperator
from workbench.priors import L1, Box, SmoothedTotalVariation, TotalVariation, Zero
from workbench.problem import Problem
from workbench.refusal import Refusal
from workbench.run import after, iterate, until
from workbench.tensors import generator
from workbench.tuning import learned_lengths


def end(problem: Problem, algorithm: object, steps: int) -> torch.Tensor:
    *_, last = until(iterate(problem, algorithm), after(steps))
    return problem.objective(last.x)


def spikes(count: int, seed: int) -> torch.Tensor:
    rng = generator(seed, 0)
    signs = torch.randn(count, 1, 32, generator=rng, dtype=torch.float64)
    return signs * (torch.rand(count, 1, 32, generator=rng, dtype=torch.float64) < 0.06)


class Fading(LinearOperator):
    """(x1, x2) -> (x1, x2 / 2)."""

    def __init__(self) -> None:
        super().__init__((1, 2), (1, 2))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x * x.new_tensor([1.0, 0.5])

    def adjoint(self, y: torch.Tensor) -> torch.Tensor:
        return self.forward(y)

    def closed_norm(self) -> float:
        return 1.0


def test_two_steps_of_two_curvatures_end_in_the_minimum() -> None:
    """x - (l / L) H x is 0 in either eigenspace of H where the lengths are L over its eigenvalues: Young 1953."""
    y = torch.tensor([[3.0, -2.0], [1.0, 4.0], [-2.0, 1.0]], dtype=torch.float64)[:, None]
    problem = Problem(Fading(), Gaussian(1.0), Zero(), y)
    found = learned_lengths(problem, count=2, rounds=100)
    assert sorted(found.algorithm.lengths) == pytest.approx([1.0, 4.0], rel=0.02)
    assert found.after < 1e-3 * found.before


def test_after_its_lengths_it_goes_on_as_proximal_gradient() -> None:
    problem = Problem(Fading(), Gaussian(1.0), L1(0.3), torch.tensor([[[3.0, -2.0]]], dtype=torch.float64))
    *_, turned = until(iterate(problem, StepLISTA((3.0, 0.5))), after(2))
    *_, found = until(iterate(problem, StepLISTA((3.0, 0.5))), after(6))
    *_, plain = until(iterate(problem, ProximalGradient(), turned.x), after(4))
    torch.testing.assert_close(found.x, plain.x, rtol=0, atol=0)


@pytest.mark.parametrize(("law", "prior", "count"), [(Poisson(50.0), Box(), 3), (Gaussian(0.1), TotalVariation(), 2)])
def test_what_bends_unevenly_and_an_iterated_prox_are_learned_too(law: object, prior: object, count: int) -> None:
    truth = torch.rand(2, 1, 8, 8, generator=generator(3, 0), dtype=torch.float64)
    found = learned_lengths(Problem.simulate(GaussianBlur((1, 8, 8)), law, prior, truth), count, 15)
    assert found.after < found.before and len(found.algorithm.lengths) == count


def test_what_it_cannot_run_on_and_no_steps_are_refused() -> None:
    y = torch.zeros(1, 1, 2, dtype=torch.float64)
    with pytest.raises(Refusal, match="numbers of steps"):
        learned_lengths(Problem(Fading(), Gaussian(1.0), Zero(), y), 0)
    with pytest.raises(Refusal, match="a prox, which"):
        learned_lengths(Problem(Fading(), Gaussian(1.0), SmoothedTotalVariation(), y))


def test_learned_lengths_of_a_lasso_serve_signals_that_were_not_seen() -> None:
    parts = GaussianSensing((1, 32), keep=0.75), Gaussian(0.02), L1(700.0)
    seen, new = Problem.simulate(*parts, spikes(96, 0)), Problem.simulate(*parts, spikes(64, 1), seed=5)
    found = learned_lengths(seen, count=6, rounds=40)
    least = end(new, FISTA(), 1500)

    def gap(algorithm: object) -> float:
        return float(((end(new, algorithm, 6) - least) / least).mean())

    assert found.after < found.before
    assert gap(found.algorithm) < gap(ProximalGradient()) / 5
    assert gap(found.algorithm) < gap(FISTA())
