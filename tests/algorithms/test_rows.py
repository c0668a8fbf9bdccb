"""Row action and expectation maximisation: fixed points, limits, counts, likelihoods, and what is refused."""

import pytest
import torch
from torch import Tensor

from workbench import noise, operators, priors
from workbench.algorithms import (
    MLEM,
    OSEM,
    SART,
    SIRT,
    Algorithm,
    BacktrackingFISTA,
    Kaczmarz,
    Landweber,
    ProximalGradient,
    State,
)
from workbench.algorithms.tomography.row_sums import spaced
from workbench.operators import LinearOperator
from workbench.problem import Problem
from workbench.run import after, iterate, until

SHAPE = (1, 6, 5)


def image(batch: int = 2) -> Tensor:
    return torch.rand(batch, *SHAPE, generator=torch.Generator().manual_seed(1), dtype=torch.float64) + 0.1


def run(problem: Problem, algorithm: Algorithm, steps: int, x: Tensor | None = None) -> list[State]:
    return list(until(iterate(problem, algorithm, x), after(steps)))


def exact(operator: LinearOperator, prior: priors.Prior | None = None) -> Problem:
    return Problem(operator, noise.Gaussian(), prior or priors.Zero(), operator(image()))


def matrix(operator: LinearOperator) -> Tensor:
    return operator(torch.eye(30, dtype=torch.float64).reshape(30, *SHAPE)).flatten(1).T


def test_one_sweep_over_single_rows_is_kaczmarz_by_hand() -> None:
    operator = operators.Downsample((1, 6, 4))
    problem = Problem(operator, noise.Gaussian(), priors.Zero(), torch.randn(1, 1, 3, 2, dtype=torch.float64))
    A = operator(torch.eye(24, dtype=torch.float64).reshape(24, 1, 6, 4)).flatten(1).T
    start = torch.randn(1, 1, 6, 4, dtype=torch.float64)
    known, y = start.flatten(), problem.y.flatten()
    for s in spaced(6):
        known = known + 0.8 * (y[s] - A[s] @ known) / A[s].dot(A[s]) * A[s]
    found = run(problem, Kaczmarz(0.8, blocks=6), 1, start)[-1].x.flatten()
    torch.testing.assert_close(found, known, rtol=0, atol=1e-9)


@pytest.mark.parametrize("algorithm", [Kaczmarz(), Kaczmarz(blocks=1000), Landweber()], ids=str)
def test_consistent_equations_are_solved_by_the_solution_nearest_to_the_start(algorithm: Algorithm) -> None:
    problem = exact(operators.Downsample((1, 6, 5), 1) @ operators.Mask((1, 6, 5), 0.6))
    start = torch.randn(2, *SHAPE, dtype=torch.float64, generator=torch.Generator().manual_seed(5))
    A = matrix(problem.operator.at(start))
    rest = problem.y.flatten(1).T - A @ start.flatten(1).T
    known = start + (torch.linalg.pinv(A) @ rest).T.reshape(start.shape)
    torch.testing.assert_close(run(problem, algorithm, 200, start)[-1].x, known, rtol=0, atol=1e-8)


@pytest.mark.parametrize("algorithm", [Kaczmarz(), SART(), SIRT()], ids=str)
def test_tomography_without_noise_is_explained_and_blocks_are_faster(algorithm: Algorithm) -> None:
    problem = exact(operators.Radon(SHAPE, 12), priors.NonNegative())
    states = run(problem, algorithm, 60)
    values = torch.stack([problem.misfit(s.x) for s in states])
    assert bool((values <= values[0]).all())
    assert bool((values[-1] < 1e-2 * values[0]).all())
    if not isinstance(algorithm, SIRT):
        assert bool((values[-1] < 0.5 * problem.misfit(run(problem, SIRT(), 60)[-1].x)).all())


def test_sirt_ends_at_the_least_squares_weighted_by_its_rows() -> None:
    operator = operators.Radon(SHAPE, 9)
    problem = Problem.simulate(operator, noise.Gaussian(0.05), priors.Zero(), image())
    A = matrix(operator)
    sums = A.sum(1)
    R = torch.where(sums > 1e-9, 1 / sums, 0.0)
    known = torch.linalg.lstsq(R.sqrt()[:, None] * A, (R.sqrt() * problem.y.flatten(1)).T, driver="gelsd").solution
    fixed = known.T.reshape(problem.shape)
    torch.testing.assert_close(run(problem, SIRT(), 5, fixed)[-1].x, fixed, rtol=0, atol=1e-10)
    states = run(problem, SIRT(1.9), 600)
    weighted = torch.stack([(R * (problem.y - operator(s.x)).flatten(1).square()).sum(1) for s in states])
    assert bool((weighted.diff(dim=0) <= 1e-14).all())
    least = (R * (problem.y.flatten(1) - known.T @ A.T).square()).sum(1)
    assert bool((least <= weighted[-1]).all()) and bool((weighted[-1] - least <= 0.01 * (weighted[0] - least)).all())
    assert bool((problem.misfit(fixed) > 1.001 * problem.misfit(plain(problem))).all())


def plain(problem: Problem) -> Tensor:
    """Least squares that weigh all rows alike."""
    y = problem.y.flatten(1).T
    return (torch.linalg.pinv(matrix(problem.operator.at(problem.y))) @ y).T.reshape(problem.shape)


def test_noisy_equations_leave_the_cycle_below_the_start() -> None:
    problem = Problem.simulate(operators.Radon(SHAPE, 20), noise.Gaussian(0.3), priors.Zero(), image())
    start = plain(problem)
    for algorithm in (Kaczmarz(), SART(), SIRT()):
        values = torch.stack([problem.objective(s.x) for s in run(problem, algorithm, 20, start)])
        assert bool((values <= values[0] * (1 + 1e-12)).all())


def test_landweber_is_projected_gradient_descent() -> None:
    problem = Problem.simulate(operators.Radon(SHAPE, 5), noise.Gaussian(), priors.Box(0.0, 0.5), image())
    found, known = run(problem, Landweber(), 20)[-1], run(problem, ProximalGradient(), 20)[-1]
    torch.testing.assert_close(found.x, known.x, rtol=0, atol=1e-13)


COUNTS = (operators.Radon(SHAPE, 9), operators.GaussianBlur(SHAPE, 0.8))


def counted(operator: LinearOperator, background: float = 1e-6) -> Problem:
    return Problem.simulate(operator, noise.Poisson(200.0, background), priors.NonNegative(), image())


@pytest.mark.parametrize("operator", COUNTS, ids=lambda o: type(o).__name__)
def test_mlem_keeps_the_sum_of_the_counts_and_raises_the_likelihood(operator: LinearOperator) -> None:
    problem = counted(operator)
    states = run(problem, MLEM(), 60)
    seen = operator(torch.ones(1, *SHAPE, dtype=torch.float64)) > 0
    for state in states[1:]:
        torch.testing.assert_close(
            operator(state.x).flatten(1).sum(1), (seen * problem.y).flatten(1).sum(1), rtol=1e-4, atol=0
        )
        assert float(state.x.min()) >= 0
    values = torch.stack([problem.misfit(s.x) for s in states])
    assert bool((values.diff(dim=0) <= 1e-12 * values[:-1]).all())


def test_mlem_nears_the_likeliest_signal_without_a_sign() -> None:
    problem = counted(operators.Radon(SHAPE, 9), 0.2)
    known = problem.misfit(run(problem, BacktrackingFISTA(), 600)[-1].x)
    x = run(problem, MLEM(), 600)[-1].x
    assert bool((problem.misfit(x) <= 1.01 * known).all())
    # Where x > 0 the slope is 0 in the end, and where x = 0 it points outwards.
    first = problem.start() * problem.misfit_grad(problem.start())
    assert float((x * problem.misfit_grad(x)).abs().max()) < 0.01 * float(first.abs().max())


def test_a_sweep_over_four_blocks_is_worth_four_steps_and_none_lowers_the_likelihood() -> None:
    problem = Problem.simulate(operators.Radon(SHAPE, 16), noise.Poisson(1e5, 0.01), priors.NonNegative(), image())
    fast, slow = (torch.stack([problem.misfit(s.x) for s in run(problem, a, 25)]) for a in (OSEM(4), MLEM()))
    assert all(torch.allclose(fast[k], slow[4 * k], rtol=0.07) for k in (1, 2, 3, 6))
    assert bool((fast.diff(dim=0) <= 0).all())


@pytest.mark.parametrize(
    ("problem", "sentence"),
    [
        (exact(operators.Radon(SHAPE)), "MLEM needs Poisson noise, which Gaussian is not"),
        (
            Problem(operators.BicubicDownsample((1, 6, 4)), noise.Poisson(), priors.Zero(), torch.ones(1, 1, 3, 2)),
            "MLEM needs an operator without negative entries, which BicubicDownsample is not known to be",
        ),
        (
            Problem.simulate(operators.Radon(SHAPE), noise.Poisson(), priors.Box(), image()),
            "MLEM needs no prior but the sign, and Box is another",
        ),
    ],
)
def test_expectation_maximisation_refuses_in_a_sentence(problem: Problem, sentence: str) -> None:
    assert MLEM().unmet(problem).startswith(sentence)
