"""Krylov methods against SciPy's and each other, iterate by iterate."""

from collections.abc import Iterator
from itertools import islice

import numpy as np
import pytest
import scipy.sparse.linalg as reference
import torch

from tests.laws.small import matrix, random
from workbench import noise, operators, priors
from workbench.algorithms import CGLS, LSMR, LSQR, MINRES, Algorithm, ConjugateGradient, State
from workbench.operators import Field, LinearOperator, Map
from workbench.problem import Problem
from workbench.run import iterate

SHAPE, SIGMA, WEIGHT = (1, 8, 8), 0.1, 3.0
STEPS = 10


def problem(operator: LinearOperator, weight: float = WEIGHT, dtype: torch.dtype = torch.float64) -> Problem:
    x = torch.rand(2, *SHAPE, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    return Problem.simulate(operator, noise.Gaussian(SIGMA), priors.Tikhonov(weight), x.to(dtype))


def states(p: Problem, algorithm: Algorithm) -> Iterator[State]:
    """From zero, where SciPy starts."""
    return islice(iterate(p, algorithm, p.zeros()), 1, STEPS + 1)


def by_scipy(p: Problem, name: str, steps: int) -> np.ndarray:
    """The iterates of both items after so many steps."""
    A, y = matrix(p.operator).numpy() / SIGMA, p.y.flatten(1).numpy() / SIGMA
    damp, exact = p.prior.weight**0.5, {"atol": 0, "btol": 0, "conlim": 0}
    solvers = {
        "LSQR": lambda b: reference.lsqr(A, b, damp=damp, iter_lim=steps, **exact)[0],
        "LSMR": lambda b: reference.lsmr(A, b, damp=damp, maxiter=steps, **exact)[0],
        "MINRES": lambda b: reference.minres(A.T @ A + damp**2 * np.eye(64), A.T @ b, maxiter=steps, rtol=0)[0],
    }
    return np.stack([solvers[name](b) for b in y]).reshape(p.shape)


@pytest.mark.parametrize("operator", [operators.Radon(SHAPE, 7), operators.MotionBlur(SHAPE)], ids=lambda o: str(o)[:6])
@pytest.mark.parametrize("algorithm", [LSQR(), LSMR(), MINRES()], ids=lambda a: type(a).__name__)
def test_the_first_steps_are_those_of_scipy(operator: LinearOperator, algorithm: Algorithm) -> None:
    p = problem(operator)
    for state in states(p, algorithm):
        known = by_scipy(p, type(algorithm).__name__, state.k)
        np.testing.assert_allclose(state.x.numpy(), known, rtol=0, atol=1e-8)


@pytest.mark.parametrize("dtype", [torch.float64, torch.complex128])
def test_on_least_squares_three_methods_are_conjugate_gradients(dtype: torch.dtype) -> None:
    operator = operators.FourierMask(SHAPE) if dtype.is_complex else operators.Radon(SHAPE, 7)
    p = problem(operator, dtype=dtype)
    runs = [states(p, a) for a in (ConjugateGradient(), CGLS(), LSQR())]
    for one, two, three in zip(*runs, strict=True):
        torch.testing.assert_close(two.x, one.x, rtol=0, atol=1e-8)
        torch.testing.assert_close(three.x, one.x, rtol=0, atol=1e-8)


def test_lsmr_is_minres_on_the_normal_equations() -> None:
    p = problem(operators.Radon(SHAPE, 7))
    for one, two in zip(states(p, LSMR()), states(p, MINRES()), strict=True):
        torch.testing.assert_close(two.x, one.x, rtol=0, atol=1e-8)


def test_the_slopes_kept_are_those_of_the_objective_and_fall() -> None:
    p = problem(operators.Radon(SHAPE, 7))
    for algorithm, kept in ((CGLS(), "slope"), (LSQR(), "slope"), (LSMR(), "slope"), (MINRES(), "rest")):
        before = torch.full((2,), torch.inf)
        for state in states(p, algorithm):
            slope = (p.misfit_grad(state.x) + p.prior.grad(state.x)).flatten(1).norm(dim=1)
            torch.testing.assert_close(getattr(state, kept), slope, rtol=1e-6, atol=0)
            assert not isinstance(algorithm, LSMR | MINRES) or bool((slope <= before * (1 + 1e-9)).all())
            before = slope


@pytest.mark.parametrize("algorithm", [CGLS(), LSQR(), LSMR(), MINRES()], ids=lambda a: type(a).__name__)
def test_singular_least_squares_end_at_the_least_solution(algorithm: Algorithm) -> None:
    """From zero the Krylov space has no part that A does not see."""
    A = torch.randn(64, 64, generator=torch.Generator().manual_seed(4), dtype=torch.float64)
    A[:, 40:] = A[:, :24]
    shapes = (SHAPE, (1, 64))
    operator = Map(
        shapes,
        lambda x: (x.flatten(1) @ A.T)[:, None],
        lambda y: (y.flatten(1) @ A).reshape(-1, *SHAPE),
        Field.REAL,
    )
    p = Problem(operator, noise.Gaussian(SIGMA), priors.Zero(), random((2, 1, 64), torch.float64))
    *_, last = islice(iterate(p, algorithm, p.zeros()), 121)
    known = (p.y.flatten(1) @ torch.linalg.pinv(A).T).reshape(p.shape)
    torch.testing.assert_close(last.x, known, rtol=0, atol=1e-7)


def test_white_noise_and_one_weight_are_asked_for() -> None:
    x = torch.rand(1, *SHAPE, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    coloured = Problem.simulate(operators.Identity(SHAPE), noise.SobolevNoise(), priors.Tikhonov(), x)
    assert "white noise" in LSQR().unmet(coloured) and not ConjugateGradient().unmet(coloured)


def far(dtype: torch.dtype, operator: LinearOperator) -> tuple[Problem, torch.Tensor, torch.Tensor]:
    """Data alone, H singular; a start of one's own with a part that H does not see; the least objective, by SVD."""
    p = Problem.simulate(operator, noise.Gaussian(SIGMA), priors.Zero(), problem(operator).truth.to(dtype))
    start = 300 * random((2, *SHAPE), torch.float64, 5).to(dtype)
    A, y = matrix(operator).numpy() / SIGMA, p.y.double().flatten(1).numpy() / SIGMA
    rest = [y[i] - A @ np.linalg.lstsq(A, y[i], rcond=1e-10)[0] for i in range(2)]
    return p, start, torch.tensor([r @ r / 2 for r in rest])


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
@pytest.mark.parametrize("operator", [operators.Gradient(SHAPE), operators.Radon(SHAPE, 3)], ids=lambda o: str(o)[:6])
@pytest.mark.parametrize("algorithm", [ConjugateGradient(), CGLS(), LSQR(), LSMR(), MINRES()], ids=lambda a: str(a)[:6])
def test_where_h_is_singular_they_arrive_and_stay(algorithm: Algorithm, operator: LinearOperator, dtype) -> None:
    p, start, least = far(dtype, operator)
    values = [p.objective(s.x).double() for s in islice(iterate(p, algorithm, start), 2000)]
    slack = 1e-6 * least + torch.finfo(dtype).eps * values[0]  # of |b - H x| rounding leaves eps |H| |x|
    lowest = torch.stack(values).amin(0)
    assert bool((lowest <= least + slack).all() and (values[-1] <= lowest + slack).all())
