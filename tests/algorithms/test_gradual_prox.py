"""A prox that is a loop goes on from step to step of a method: the answers of CVXPY, back ends, the rule."""

from itertools import islice

import cvxpy as cp
import pytest
import torch
from torch import Tensor

from tests.laws.small import random
from tests.priors.test_generalised import SIDE, bends, cost, least
from workbench.algorithms import ADMM, ProximalGradient
from workbench.algorithms.choice import suited
from workbench.kernels import tgv, use
from workbench.noise import Gaussian
from workbench.operators import GaussianBlur, Identity, LinearOperator, Mask
from workbench.priors import L1, TotalGeneralisedVariation, TotalVariation
from workbench.problem import Problem
from workbench.run import iterate, resume

SHAPE = (1, SIDE, SIDE)
PRIOR = TotalGeneralisedVariation(10.0, tolerance=1e-8, iterations=20_000)


def problem(operator: LinearOperator, y: Tensor | None = None) -> Problem:
    return Problem(operator, Gaussian(0.1), PRIOR, operator(bends()) if y is None else y)


def matrix(operator: LinearOperator) -> Tensor:
    points = torch.eye(SIDE * SIDE, dtype=torch.float64).reshape(-1, *SHAPE)
    return operator(points).reshape(SIDE * SIDE, -1).T


@pytest.mark.parametrize("operator", [GaussianBlur(SHAPE, 1.0), Mask(SHAPE, 0.7), Identity(SHAPE)], ids=type)
def test_the_default_arrives_where_cvxpy_does(operator: LinearOperator) -> None:
    p, u = problem(operator), cp.Variable((SIDE, SIDE))
    residual = matrix(operator).numpy() @ cp.vec(u, order="C") - p.y.reshape(-1).numpy()
    best = least(cp.sum_squares(residual) / (2 * 0.1**2) + cost(u, 10.0, 2.0))
    *_, state = islice(iterate(p, suited(p).algorithm), 150)
    assert float(p.objective(state.x)) == pytest.approx(best, rel=1e-6)


@pytest.mark.parametrize("dtype", [torch.float64, torch.complex128])
@pytest.mark.parametrize("shape", [(2, 9), (1, 6, 5), (1, 1, 7), (2, 4, 7)])
def test_a_descent_is_its_reference_over_a_change_of_its_ratios(shape: tuple[int, ...], dtype: torch.dtype) -> None:
    x, t = random((2, *shape), dtype), torch.tensor([0.1, 1.0], dtype=torch.float64)
    found = []
    for mode in ("auto", "reference"):
        with use(mode):
            begun = tgv.tgv_advance(x, t, 2.0, 50)
            found.append((*begun, *tgv.tgv_advance(x, t, 2.0, 50, begun)))
    for kernel, reference in zip(*found, strict=True):
        torch.testing.assert_close(kernel, reference, rtol=1e-8, atol=1e-10)


def test_a_descent_in_single_precision_stays_beside_the_double_one() -> None:
    x, t = bends(32), torch.tensor([0.3], dtype=torch.float64)
    double, single = tgv.tgv_advance(x, t, 2.0, 200), tgv.tgv_advance(x.float(), t, 2.0, 200)
    assert single.fields.dtype == torch.float32 and not torch.equal(double.x.float(), x.float())
    torch.testing.assert_close(single.x, double.x.float(), rtol=0, atol=2e-4)


def test_denoising_step_by_step_is_the_prox_and_a_moved_weight_goes_on_from_there() -> None:
    y = bends()
    p = problem(Identity(SHAPE), y)
    algorithm = ProximalGradient(inner=20)
    *_, state = islice(iterate(p, algorithm), 150)
    torch.testing.assert_close(state.x, PRIOR.prox(y, 0.01), rtol=0, atol=1e-5)
    stronger = Problem(p.operator, p.noise, TotalGeneralisedVariation(11.0), y)
    moved = next(resume(stronger, algorithm, algorithm.adapt(stronger, state)))
    anew = next(resume(stronger, algorithm, algorithm.init(stronger, stronger.start(), torch.Generator())))
    assert stronger.objective(moved.x) < stronger.objective(anew.x)


def test_a_prox_that_is_no_loop_is_itself() -> None:
    x = bends()
    for prior in (L1(2.0), TotalVariation(2.0)):
        assert not prior.gradual
        found = prior.nearing(x, torch.tensor([0.1]), 1)
        assert torch.equal(found.x, prior.prox(x, float(torch.tensor(0.1)))) and not found.memory


def test_the_rule_says_that_denoising_settles_and_older_runs_make_the_whole_prox() -> None:
    chosen = suited(problem(Identity(SHAPE)))
    assert chosen.algorithm == ProximalGradient(inner=20) and "seen to settle" in chosen.why
    p = problem(Identity(SHAPE), bends())
    *_, state = islice(iterate(p, ProximalGradient()), 2)
    torch.testing.assert_close(state.x, PRIOR.prox(p.y, 0.01), rtol=0, atol=1e-9)
    assert ADMM().inner is None
