"""Expansion of denoisers and of whole steps, against singular values and spectral radii of explicit matrices."""

import dataclasses
import time

import numpy as np
import pytest
import torch
from torch import Tensor

from tests.patience import PATIENCE
from workbench import jobs, noise, operators, priors
from workbench.algorithms import RED, Algorithm, GradientDescent, PnPADMM, PnPHQS, PnPPGD
from workbench.analysis.expansion import Expanding, Safety, expansion, growth, stretch
from workbench.jobs import Job, Status
from workbench.parameters import changed
from workbench.priors import Can, Prior
from workbench.priors.base import unknown
from workbench.problem import Problem
from workbench.run import Diverged, Trouble, after, guard, iterate, objective, until

SHAPE, SIZE = (1, 4, 5), 20


class Matrix(Prior):
    """D(x, sigma) = x + sigma (M - 1) x: a denoiser that expands as M does, the more the larger sigma."""

    can = Can.DENOISE

    def __init__(self, matrix: Tensor) -> None:
        super().__init__()
        self.matrix = matrix

    def forward(self, x: Tensor) -> Tensor:
        return unknown(x)

    def denoise(self, x: Tensor, sigma: float) -> Tensor:
        away = x.flatten(1) @ self.matrix.T - x.flatten(1)
        return x + sigma * away.reshape(x.shape)


def matrix(largest: float, seed: int = 0) -> Tensor:
    """A matrix that is not symmetric, with this largest singular value."""
    found = torch.randn(SIZE, SIZE, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    left, values, right = torch.linalg.svd(found)
    values = values / values[0] * 0.7
    values[0] = largest
    return left @ torch.diag(values) @ right


def problem(prior: Prior, operator: operators.LinearOperator | None = None) -> Problem:
    x = torch.rand(2, *SHAPE, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    operator = operator or operators.Mask(SHAPE, keep=0.6)
    return Problem.simulate(operator, noise.Gaussian(0.1), prior, x)


def test_the_stretch_of_a_matrix_is_its_largest_singular_value():
    M = matrix(1.3)
    found = stretch(lambda x: (x.flatten(1) @ M.T).reshape(x.shape), torch.zeros(3, *SHAPE, dtype=torch.float64))
    assert found.tolist() == pytest.approx([1.3] * 3, rel=1e-3)


def test_of_a_nonlinear_map_it_is_local():
    # The largest is apart from the others, so that the powers reach it from wherever they begin.
    x = torch.tensor([[[1.2, 0.0, -1.5]], [[2.0, 1.0, 0.0]]], dtype=torch.float64)
    expected = (1 + torch.cos(x).abs().flatten(1)).amax(1)
    torch.testing.assert_close(stretch(lambda v: v + torch.sin(v), x), expected, rtol=1e-2, atol=0)


@pytest.mark.parametrize(
    "algorithm",
    [PnPPGD(sigma=0.5, warm=0), PnPADMM(sigma=0.5, warm=0), RED(sigma=0.5, warm=0)],
    ids=lambda a: type(a).__name__,
)
def test_the_growth_of_a_step_is_the_spectral_radius_of_its_matrix(algorithm: Algorithm):
    """A step on a linear problem is affine in its state: its matrix, column by column, and numpy's eigenvalues."""
    p = problem(Matrix(2 * torch.eye(SIZE, dtype=torch.float64) + 0.1 * matrix(1.0)))
    *_, state = until(iterate(p, algorithm), after(3))
    names = [n for n in ("x", "half", "dual") if hasattr(state, n)]
    columns = []
    for name in names:
        for unit in torch.eye(SIZE, dtype=torch.float64):
            moved = dataclasses.replace(state, **{name: getattr(state, name) + unit.reshape(1, *SHAPE)})
            ends = [algorithm.step(p, s, torch.Generator()) for s in (moved, state)]
            columns.append(torch.cat([(getattr(ends[0], n) - getattr(ends[1], n))[0].flatten() for n in names]))
    radius = float(np.abs(np.linalg.eigvals(torch.stack(columns, 1).numpy())).max())
    assert radius > 1
    assert float(growth(p, algorithm, state)[0]) == pytest.approx(radius, rel=0.02)


def test_the_probe_says_all_three_and_nothing_of_methods_without_a_denoiser():
    p = problem(Matrix(matrix(1.2)))
    state = next(iterate(p, PnPPGD(sigma=1.0, warm=0)))
    found = Expanding(PnPPGD(sigma=1.0, warm=0))(p, state)
    assert set(found) == {"denoiser", "residual", "growth"}
    assert float(found["denoiser"].max()) == pytest.approx(1.2, rel=1e-2)
    exact = float(torch.linalg.svdvals(torch.eye(SIZE) - p.prior.matrix)[0])
    assert float(found["residual"].max()) == pytest.approx(exact, rel=2e-2)
    assert expansion(p, GradientDescent(), state) is None
    assert expansion(p, PnPHQS(), next(iterate(p, PnPHQS()))) is None
    assert expansion(problem(priors.TotalVariation()), PnPPGD(), state) is None


def expander() -> Problem:
    """Two of five pixels are unseen, and sigma above 0 lets the denoiser blow them up; below 0.12 by too little."""
    return problem(Matrix(1.04 * torch.eye(SIZE, dtype=torch.float64)))


@pytest.mark.parametrize(
    "algorithm", [PnPPGD(sigma=0.9, warm=0), PnPADMM(sigma=0.9, warm=0)], ids=lambda a: type(a).__name__
)
def test_a_denoiser_that_expands_is_named_and_a_weaker_one_mends_it(algorithm: Algorithm):
    p = expander()
    states = list(until(iterate(p, algorithm), after(12)))
    safety = Safety(p, algorithm)
    assert not safety.due(states[5], 1.0, 0.0) and safety.due(states[10], 1.0, 0.0)
    found = safety.look(states[10])
    assert found is not None and found.trouble is Trouble.EXPANSION
    assert "may not converge" in str(found) and "stretches differences by 1.04" in str(found)
    assert list(found.repair) == ["algorithm.sigma"]
    mended = changed(algorithm, sigma=found.repair["algorithm.sigma"])
    assert Safety(p, mended).look(states[10]) is None
    assert not safety.due(states[11], 1.0, 0.5) and safety.due(states[11], 10.0, 0.5)


def test_the_warning_comes_true_and_its_absence_too():
    p = problem(Matrix(1.6 * torch.eye(SIZE, dtype=torch.float64) + 0.1 * matrix(1.0)))
    with pytest.raises(Diverged):
        list(guard(p, PnPPGD(sigma=1.0, warm=0), until(iterate(p, PnPPGD(sigma=1.0, warm=0)), after(300))))
    seen = problem(Matrix(1.2 * torch.eye(SIZE, dtype=torch.float64)), operators.GaussianBlur(SHAPE, 0.3))
    *_, last = until(iterate(seen, PnPPGD(sigma=1.0, warm=0)), after(10))
    safety = Safety(seen, PnPPGD(sigma=1.0, warm=0))
    assert safety.look(last) is None and safety.latest is not None
    assert float(safety.latest.denoiser.max()) > 1.15 and float(safety.latest.growth.max()) < 1
    *_, last = until(guard(seen, PnPPGD(sigma=1.0, warm=0), iterate(seen, PnPPGD(sigma=1.0, warm=0))), after(300))
    assert last.x.isfinite().all()


def test_a_denoiser_that_expands_at_every_strength_gets_other_advice():
    class Always(Matrix):
        def denoise(self, x: Tensor, sigma: float) -> Tensor:
            return super().denoise(x, 1.0)

    p = problem(Always(1.3 * torch.eye(SIZE, dtype=torch.float64)))
    *_, state = until(iterate(p, RED(sigma=0.5, weight=10.0, warm=0)), after(10))
    found = Safety(p, RED(sigma=0.5, weight=10.0, warm=0)).look(state)
    assert found is not None and not found.repair and "PnPHQS" in found.remedy


def test_a_step_above_its_bound_is_the_first_thing_to_mend():
    p = problem(Matrix(0.9 * torch.eye(SIZE, dtype=torch.float64)))
    state = next(iterate(p, PnPPGD(sigma=0.5, step_size=1.0, warm=0)))
    found = Safety(p, PnPPGD(sigma=0.5, step_size=1.0, warm=0)).look(state)
    assert found is not None and found.repair["algorithm.step_size"] is None


def test_a_job_tells_it_while_it_runs():
    runner = jobs.Runner("test")
    try:
        job = runner.submit(Job(expander(), PnPPGD(sigma=0.9), (objective,), 200, 0))
        job.play()
        end = time.perf_counter() + PATIENCE
        while job.latest.expansion is None or job.latest.diagnosis is None:
            assert time.perf_counter() < end, job.latest.message
            time.sleep(0.01)
        assert job.latest.status in (Status.RUNNING, Status.DONE)
        assert job.latest.diagnosis.trouble is Trouble.EXPANSION
        assert job.latest.message == str(job.latest.diagnosis)
    finally:
        runner.close()
