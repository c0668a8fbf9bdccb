"""Intervals by rank beside counting by hand, coverage over many draws; worst perturbations beside singular vectors."""

import math

import numpy as np
import pytest
import torch

from tests.laws.small import matrix
from tests.tables import table
from workbench import tuning
from workbench.algorithms import ADMM, FISTA, LBFGS
from workbench.noise import Gaussian, Poisson
from workbench.operators import GaussianBlur, Identity, Mask
from workbench.priors import NonNegative, SmoothedTotalVariation, Tikhonov, TotalVariation
from workbench.problem import Problem
from workbench.refusal import Refusal
from workbench.tensors import normal_like, stream
from workbench.tuning.conformal import ConformalCalibration, calibrated, pooled, rank, reconstructed
from workbench.tuning.point_spread import full_width


@table(
    ("count", "alpha", "expected"),
    [
        (9, 0.1, 9),
        (19, 0.1, 18),
        (20, 0.1, 19),
        (99, 0.05, 95),
        (199, 0.1, 180),
        (1999, 0.001, 1998),
        (999, 0.017, 983),
    ],
)
def test_the_rank_is_that_of_exact_arithmetic(count, alpha, expected):
    assert rank(count, alpha) == expected


def test_too_few_pictures_and_a_share_that_is_none_are_refused():
    with pytest.raises(Refusal, match="9 pictures"):
        rank(8, 0.1)
    for alpha in (0.0, 1.0, -1.0):
        with pytest.raises(Refusal, match="between 0 and 1"):
            rank(50, alpha)
    with pytest.raises(Refusal, match="each held-out picture"):
        calibrated(torch.zeros(20, 1, 4), torch.zeros(19, 1, 4))


def test_the_half_width_is_the_score_of_that_rank():
    rng = torch.Generator().manual_seed(0)
    x, truth = (torch.randn(29, 1, 5, 4, generator=rng) for _ in range(2))
    found = calibrated(truth, x, 0.1, 2)
    means = np.abs(
        [[[(x - truth)[i, 0, a : a + 2, b : b + 2].mean() for b in (0, 2)] for a in (0, 2, 4)] for i in range(29)]
    )
    np.testing.assert_allclose(found.half[0].numpy(), np.sort(means, 0)[26], rtol=1e-5)
    assert found.rank == 27 and found.coverage == 0.9
    assert pooled(x, 2).shape == (29, 1, 3, 2) and pooled(x, 1) is x


@pytest.mark.parametrize("region", [1, 4])
@pytest.mark.parametrize("prior", [TotalVariation(4.0), Tikhonov(4.0)], ids=lambda p: type(p).__name__)
def test_the_truth_lies_inside_as_often_as_is_said(prior, region):
    """200 held out and 200 new pictures, random blocks: the mean coverage within 0.02 of k / (n + 1)."""
    rng = torch.Generator().manual_seed(1)
    truths = torch.rand(400, 1, 3, 3, generator=rng).repeat_interleave(4, 2).repeat_interleave(4, 3)
    problem = Problem.simulate(GaussianBlur((1, 12, 12), 0.8), Gaussian(0.1), prior, truths[:1])
    found = ConformalCalibration(0.1, region, 30, batch=200).intervals(problem, ADMM(), truths[:200])
    new = Problem.simulate(problem.operator, problem.noise, prior, truths[200:], seed=9)
    inside = found.inside(reconstructed(new, ADMM(), 30), truths[200:])
    assert found.coverage == 181 / 201
    assert float(inside.double().mean()) == pytest.approx(found.coverage, abs=0.02)
    low, high = found.around(truths[:1])
    assert bool((low <= high).all()) and low.shape[-1] == 12 // region


def test_data_that_are_unlike_the_held_out_ones_are_said():
    truths = torch.rand(60, 1, 8, 8, generator=torch.Generator().manual_seed(2))
    problem = Problem.simulate(Identity((1, 8, 8)), Gaussian(0.1), Tikhonov(10.0), truths[:1])
    found = ConformalCalibration(steps=20).intervals(problem, FISTA(), truths)
    like, unlike = float(found.misfits[30]), float(100 * found.misfits[-1])
    assert found.drift(like) > 0.5
    assert found.drift(unlike) < 0.05
    assert "unlike" in found.sentence(unlike) and "unlike" not in found.sentence(like)
    assert "fewer than 20" in calibrated(truths[:12], truths[12:24]).sentence()


def tikhonov(operator: GaussianBlur | Mask) -> Problem:
    x = normal_like(torch.zeros(1, *operator.in_shape, dtype=torch.float64), stream(1, "x"))
    return Problem.simulate(operator, Gaussian(0.1), Tikhonov(5.0), x)


@pytest.mark.parametrize("operator", [GaussianBlur((1, 7, 5), 0.9), GaussianBlur((1, 30), 1.2)], ids=["2d", "1d"])
def test_the_worst_perturbation_of_tikhonov_is_the_top_singular_vector(operator):
    """Its gain to 1e-6, and its direction within the space of the top singular value, which is twofold."""
    problem = tikhonov(operator)
    n = math.prod(operator.in_shape)
    A = operator(torch.eye(n, dtype=torch.float64).reshape(-1, *operator.in_shape)).flatten(1).T.numpy()
    R = np.linalg.solve(A.T @ A / 0.01 + 5 * np.eye(n), A.T / 0.01)
    _, values, right = np.linalg.svd(R)
    found = tuning.worst_perturbation(problem, problem.start(), 1e-9, 3000)
    assert float(found.gain) == pytest.approx(values[0], rel=1e-6)
    top = right[values > values[0] * (1 - 1e-6)]
    e = found.direction.flatten().numpy()
    np.testing.assert_allclose(top.T @ (top @ e), e, atol=1e-3)
    np.testing.assert_allclose(R @ e, found.image.flatten().numpy(), atol=1e-7)


@pytest.mark.parametrize("noise", [Gaussian(0.1), Poisson(200.0)], ids=lambda noise: type(noise).__name__)
def test_the_gain_is_what_the_method_itself_does_to_moved_data(noise):
    """Of a smooth prior at its minimum, by differences of two solves; no random direction does more."""
    truth = torch.rand(1, 1, 6, 6, generator=torch.Generator().manual_seed(3), dtype=torch.float64) + 0.5
    problem = Problem.simulate(GaussianBlur((1, 6, 6), 0.7), noise, SmoothedTotalVariation(2.0, 0.1), truth)

    def solve(y: torch.Tensor) -> torch.Tensor:
        return reconstructed(Problem(problem.operator, problem.noise, problem.prior, y), LBFGS(), 300)

    found = tuning.worst_perturbation(problem, solve(problem.y), 1e-6)
    assert float(found.measured(solve, problem.y, 1e-4)) == pytest.approx(float(found.gain), rel=1e-2)
    other = normal_like(problem.y, stream(4, "another"))
    other = other / other.norm()
    assert float((solve(problem.y + 1e-4 * other) - solve(problem.y)).norm() / 1e-4) < float(found.gain)


def test_what_has_no_hessian_is_said():
    problem = Problem(Identity((1, 4, 4)), Gaussian(), NonNegative(), torch.rand(1, 1, 4, 4))
    with pytest.raises(Refusal, match="Hessian"):
        tuning.worst_perturbation(problem, problem.y)


def test_a_point_is_seen_as_the_dense_map_sees_it():
    """(A*A + w sigma^2 I)^-1 A*A e, a column of a matrix."""
    operator, truth = GaussianBlur((1, 9, 9), 1.0), torch.zeros(1, 1, 9, 9, dtype=torch.float64)
    problem = Problem.simulate(operator, Gaussian(0.1), Tikhonov(2.0), truth)
    found = tuning.local_point_spread(problem, truth, (4, 3), 1e-9)
    A = matrix(operator)
    column = torch.linalg.solve(A.T @ A + 0.02 * torch.eye(81), (A.T @ A)[:, 4 * 9 + 3])
    torch.testing.assert_close(found.response.flatten(), column, rtol=1e-6, atol=1e-8)
    assert found.height == pytest.approx(float(column[39])) and "(4, 3)" in found.sentence


def test_a_point_in_a_picture_with_edges_is_seen_as_the_method_moves_it():
    """Smoothed total variation, by differences of whole solves; a point beside an edge stays narrower along it."""
    truth = (torch.arange(12) >= 6).double().expand(1, 1, 12, 12).contiguous()
    prior = SmoothedTotalVariation(6.0, 0.05)
    problem = Problem.simulate(Identity((1, 12, 12)), Gaussian(0.1), prior, truth)

    def solve(y):
        return reconstructed(Problem(problem.operator, problem.noise, prior, y), LBFGS(), 150)

    e, x = torch.zeros_like(truth), solve(problem.y)
    e[0, 0, 5, 2] = 1e-4
    found = tuning.local_point_spread(problem, x, (5, 2), 1e-8)
    moved = (solve(problem.y + e) - solve(problem.y - e)) / 2e-4
    torch.testing.assert_close(found.response, moved, rtol=1e-3, atol=1e-5)


def test_the_full_width_of_a_gaussian_is_known():
    line = torch.exp(-((torch.arange(41, dtype=torch.float64) - 20) ** 2) / (2 * 5**2))
    assert full_width(line, 20) == pytest.approx(2 * math.sqrt(2 * math.log(2)) * 5, rel=2e-3)
    assert full_width(line[:15], 2) == math.inf and full_width(torch.zeros(5), 2) == math.inf
    assert full_width(torch.tensor([0.0, 1.0, 0.0]), 1) == 1.0


def test_a_point_outside_is_refused():
    problem = Problem.simulate(Identity((1, 4, 4)), Gaussian(), Tikhonov(), torch.ones(1, 1, 4, 4))
    for place in ((4, 0), (0,), (-1, 2)):
        with pytest.raises(Refusal, match="inside the picture"):
            tuning.local_point_spread(problem, problem.start(), place)
