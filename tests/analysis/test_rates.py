"""Predicted convergence against runs, critical steps where they are exact, and modes against the SVD."""

import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import Tensor

from tests.analysis.test_spectrum import diagonal
from workbench import noise, operators, priors
from workbench.algorithms import FISTA, PDHG, SKROCK, CondatVu, ConjugateGradient, GradientDescent, HeavyBall, Nesterov
from workbench.analysis import spectrum
from workbench.analysis.spectrum import Search, modes, rates, top
from workbench.operators import GaussianBlur
from workbench.problem import Problem
from workbench.refusal import Refusal
from workbench.run import after, iterate, until
from workbench.tensors import generator, norm2, normal_like

VALUES = torch.linspace(0.5, 20, 40, dtype=torch.float64)
SHAPE = (1, 16, 16)


def blurred() -> Problem:
    truth = torch.rand(1, *SHAPE, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    return Problem.simulate(GaussianBlur(SHAPE, 1.2), noise.Gaussian(0.1), priors.Tikhonov(2.0), truth)


def least(problem: Problem) -> float:
    *_, last = until(iterate(problem, ConjugateGradient()), after(300))
    return float(problem.objective(last.x))


@pytest.mark.parametrize("step", [None, 1.9])
def test_gradient_descent_and_conjugate_gradients_are_predicted_from_the_measure(step: float | None) -> None:
    problem = blurred()
    start = problem.start()
    hessian, slope = problem.gauss_newton(start), problem.misfit_grad(start) + problem.prior.grad(start)
    values, masses = rates.slope_measure(hessian, slope, 120)
    bound = problem.lipschitz() + problem.prior.lipschitz()
    for algorithm, polynomials in (
        (GradientDescent(step and step / bound), rates.gradient_descent(values, (step or 1) / bound, 60)),
        (ConjugateGradient(), rates.conjugate_gradients(values, masses, 25)),
    ):
        run = until(iterate(problem, algorithm), after(len(polynomials) - 1))
        measured = torch.tensor([float(problem.objective(s.x)) for s in run]) - least(problem)
        predicted = rates.excess(polynomials, values, masses)[: len(measured)]
        torch.testing.assert_close(predicted.float(), measured, rtol=1e-3, atol=1e-6 * float(measured[0]))


def test_conjugate_gradients_stay_below_chebyshev() -> None:
    values, masses = VALUES, torch.ones_like(VALUES)
    found = rates.excess(rates.conjugate_gradients(values, masses, 45), values, masses)
    bound = rates.chebyshev_bound(0.5, 20, 45)
    assert bool(((found / found[0]).sqrt() <= bound * (1 + 1e-9)).all())
    assert float(found[40]) < 1e-20 * float(found[0])  # as many steps as eigenvalues
    two = torch.tensor([1.0, 50.0]).double()
    assert float(rates.excess(rates.conjugate_gradients(two, torch.ones(2).double(), 2), two, torch.ones(2))[2]) < 1e-25


def run_quadratic(step: float, momentum: float, nesterov: bool, steps: int) -> Tensor:
    """H = diag(VALUES) from ones, written out."""
    x = before = torch.ones_like(VALUES)
    found = [x]
    for _ in range(steps):
        ahead = x + momentum * (x - before)
        x, before = ahead - step * VALUES * (ahead if nesterov else x), x
        found.append(x)
    return torch.stack(found)


def test_polynomials_of_momentum_are_those_of_the_runs() -> None:
    for tuned, polynomials, flag in (
        (rates.tuned_heavy_ball(0.5, 20), rates.heavy_ball, False),
        (rates.tuned_nesterov(0.5, 20), rates.nesterov, True),
    ):
        run = run_quadratic(tuned.step, tuned.momentum, flag, 30)
        torch.testing.assert_close(polynomials(VALUES, tuned.step, tuned.momentum, 30), run, rtol=1e-9, atol=1e-12)
        assert len(polynomials(VALUES, tuned.step, tuned.momentum, 0)) == 1


def test_rates_are_the_limits_of_the_runs_and_tuning_is_best() -> None:
    for tuned, rate, flag in (
        (rates.tuned_heavy_ball(0.5, 20), rates.heavy_ball_rate, False),
        (rates.tuned_nesterov(0.5, 20), rates.nesterov_rate, True),
    ):
        step, momentum = tuned.step, 0.5 * tuned.momentum  # apart from the double root, where the limit is slow
        run = run_quadratic(step, momentum, flag, 400).abs().amax(1)
        predicted = float(rate(VALUES, step, momentum))
        assert float((run[400] / run[200]) ** (1 / 200)) == pytest.approx(predicted, abs=1e-3)
    q = (math.sqrt(40) - 1) / (math.sqrt(40) + 1)
    heavy = rates.tuned_heavy_ball(0.5, 20)
    assert float(rates.heavy_ball_rate(VALUES, heavy.step, heavy.momentum)) == pytest.approx(q, abs=1e-6)
    fast = rates.tuned_nesterov(0.5, 20)
    assert (fast.step, fast.momentum) == pytest.approx((1 / 20, q))
    assert float(rates.nesterov_rate(VALUES, fast.step, fast.momentum)) == pytest.approx(1 - 40**-0.5, abs=1e-6)
    others = rates.nesterov_rate(VALUES, fast.step, torch.linspace(0, 0.99, 100))
    assert float(others.min()) > 1 - 40**-0.5
    steps, momenta = torch.meshgrid(torch.linspace(0.01, 0.3, 50), torch.linspace(0, 0.99, 50), indexing="ij")
    phase = rates.heavy_ball_rate(VALUES, steps, momenta)
    assert phase.shape == (50, 50) and float(phase.min()) >= q - 1e-6
    unstable = steps.double() > 2 * (1 + momenta.double()) / 20
    assert torch.equal(phase > 1 + 1e-9, unstable)
    plain = rates.tuned_gradient_descent(0.5, 20)
    assert float(rates.gradient_descent_rate(VALUES, plain.step)) == pytest.approx(39 / 41, abs=1e-12)


def test_gradient_descent_is_stable_below_two_over_the_top_exactly() -> None:
    problem = blurred()
    exact = float((100 * problem.operator.spectrum() + 2).max())
    found = rates.critical_step(float(top(problem.gauss_newton(problem.start()), 1).values[0]))
    assert found == pytest.approx(2 / exact, rel=1e-9)
    for factor, grows in ((1 - 1e-6, False), (1 + 1e-6, True)):
        assert (float(rates.gradient_descent_rate(torch.tensor([exact]).double(), factor * found)) > 1) == grows
    assert rates.critical_step(0.0) == math.inf


def test_one_row_at_a_time_is_stable_below_two_over_the_trace_exactly() -> None:
    """Rows of equal norms: there the map of the error's second moment has its largest eigenvalue at 1."""
    rows = normal_like(torch.zeros(7, 4, dtype=torch.float64), generator(0, 0))
    rows = (3 * rows / rows.norm(dim=1, keepdim=True)).numpy()
    hessian = rows.T @ rows / len(rows)

    def growth(step: float) -> float:
        moves = [np.eye(4) - step * np.outer(a, a) for a in rows]
        return max(abs(np.linalg.eigvals(sum(np.kron(m, m) for m in moves) / len(rows))))

    largest, trace = float(np.linalg.eigvalsh(hessian)[-1]), float(np.trace(hessian))
    critical = rates.critical_batch_step(largest, trace, 1)
    assert critical == pytest.approx(2 / 9, rel=1e-12)
    assert growth(critical * (1 - 1e-6)) < 1 < growth(critical * (1 + 1e-6))
    assert rates.critical_batch_step(largest, trace, math.inf) == rates.critical_step(largest)
    with pytest.raises(Refusal, match="at least 1, "):
        rates.critical_batch_step(largest, trace, 0)


@pytest.mark.parametrize("operator", [GaussianBlur(SHAPE, 0.8), operators.FourierMask(SHAPE)], ids=["real", "complex"])
def test_filter_factors_of_landweber_and_picards_ratio(operator: operators.LinearOperator) -> None:
    truth = torch.rand(2, *SHAPE, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    problem = Problem.simulate(operator, noise.Gaussian(1.0), priors.Zero(), truth)
    x = torch.zeros_like(problem.zeros())
    for _ in range(30):
        x = x - 0.9 * problem.misfit_grad(x)
    pairs = top(operator.gram, 12, Search(like=x.flatten()[0]))
    known = 1 - (1 - 0.9 * pairs.values) ** 30
    found = modes.filter_factors(pairs, operator, x, problem.y)
    torch.testing.assert_close(found, known.expand(2, 12), rtol=1e-6, atol=0)
    torch.testing.assert_close(1 - rates.gradient_descent(pairs.values, 0.9, 30)[-1], known)
    sizes, along, ratio = modes.picard(pairs, operator, problem.y)
    left = operator(pairs.signals(operator, x)) / sizes[:, None, None, None]
    inner = torch.einsum("kchw,bchw->bk", left.conj(), problem.y).real.abs()
    torch.testing.assert_close(along, inner, rtol=0, atol=1e-6 * float(inner.max()))
    torch.testing.assert_close(ratio * sizes, along)


def test_the_error_is_split_without_rest_over_all_modes() -> None:
    exact = torch.linspace(1, 3, 30, dtype=torch.float64)
    pairs, error = top(diagonal(exact), 30), normal_like(torch.zeros(3, 1, 30).double(), generator(2, 0))
    along, rest = modes.error_split(pairs, error)
    torch.testing.assert_close(along, error[:, 0].square().flip(1), rtol=1e-6, atol=1e-9)
    assert float(rest.max()) < 1e-12
    few, rest = modes.error_split(top(diagonal(exact), 4), error)
    torch.testing.assert_close(few.sum(1) + rest, norm2(error))


@pytest.mark.parametrize("lost", [math.nan, math.inf, -math.inf])
def test_of_a_spectrum_that_is_no_numbers_no_step_is_known_to_be_stable(lost: float) -> None:
    assert math.isnan(rates.critical_step(lost))
    for batch in (1, 4, math.inf):
        assert math.isnan(rates.critical_batch_step(lost, lost, batch))
    assert rates.critical_step(-3.0) == math.inf and rates.critical_step(0.0) == math.inf
    values, masses = torch.tensor([1.0, math.nan, 3.0]).double(), torch.ones(3).double()
    for polynomials in (rates.gradient_descent(values, 0.1, 4), rates.conjugate_gradients(values, masses, 4)):
        assert bool(rates.excess(polynomials, values, masses).isnan().all())


@pytest.mark.parametrize("factor", [math.nan, math.inf])
def test_a_spectrum_of_what_is_no_matrix_of_numbers_is_refused(factor: float) -> None:
    lost = diagonal(factor * torch.ones(30).double())
    for call in (
        lambda: spectrum.slq(lost, 5, 2),
        lambda: top(lost, 2),
        lambda: spectrum.bottom(lost, 2),
        lambda: spectrum.outliers(spectrum.lanczos(lost, 5)),
        lambda: spectrum.last(spectrum.freedom(lost, lost, 2)),
    ):
        with pytest.raises(Refusal, match="finite"):
            call()


def test_the_polynomials_of_gradient_descent_are_powers_from_none_to_all_steps():
    values = torch.tensor([0.5, 2.0], dtype=torch.float64)
    expected = [[1, 1], [0.75, 0], [0.75**2, 0], [0.75**3, 0]]
    assert rates.gradient_descent(values, 0.5, 3).tolist() == expected


@pytest.mark.parametrize(
    ("algorithm", "rate"),
    [
        (GradientDescent(), lambda values, step, b: rates.gradient_descent_rate(values, step)),
        (HeavyBall(), rates.heavy_ball_rate),
        (HeavyBall(momentum=0.3), rates.heavy_ball_rate),
        (Nesterov(strong=False), rates.nesterov_rate),
        (FISTA(), rates.nesterov_rate),
    ],
    ids=lambda value: type(value).__name__,
)
def test_beyond_its_edge_a_method_diverges_and_below_it_does_not(algorithm, rate):
    """The page drew 2/step for all, which is that of plain gradients, and for SKROCK, whose step is many of them."""
    problem = replace(blurred(), prior=priors.Zero()) if isinstance(algorithm, FISTA) else blurred()
    *_, state = until(iterate(problem, algorithm), after(12))
    edge, step = algorithm.edge(state), algorithm.current_step(state)
    momentum = edge / 2 - 1 if edge >= 2 else (2 - edge) / (2 * edge - 2)
    for times, grows in ((0.99, False), (1.01, True)):
        value = torch.tensor([times * edge / step], dtype=torch.float64)
        assert (float(rate(value, step, momentum)) > 1) == grows
    assert (
        edge == 2 if isinstance(algorithm, GradientDescent) else edge > 2 if rate is rates.heavy_ball_rate else edge < 2
    )


def test_steps_that_are_no_gradient_have_no_edge():
    problem = blurred()
    for algorithm in (SKROCK(), CondatVu(), PDHG()):
        assert algorithm.edge(next(iterate(problem, algorithm))) is None
