"""Numbers of spectra by random probes, against the matrix: within their errors, and exact where they should be."""

import math

import pytest
import torch

from tests.analysis.test_spectrum import diagonal
from workbench import noise, operators, priors
from workbench.analysis.spectrum import (
    bottom,
    condition,
    exact,
    freedom,
    hessians,
    last,
    log_determinant,
    sketched_trace,
    slq,
    top,
    trace,
)
from workbench.analysis.spectrum import diagonal as diagonal_of
from workbench.operators import GaussianBlur, Map
from workbench.problem import Problem
from workbench.refusal import Refusal
from workbench.tensors import generator, normal_like

BLUR = GaussianBlur((1, 64, 64), 1.5)
TRACE = 144.866366  # of the gram of BLUR, from REFERENCES.md
C128 = torch.zeros((), dtype=torch.complex128)


def dense(size: int = 60, low: float = 0.5) -> tuple[Map, torch.Tensor]:
    """A symmetric positive definite matrix with eigenvalues from low to 20, and the operator."""
    rows = torch.linalg.qr(normal_like(torch.zeros(size, size, dtype=torch.float64), generator(7, 0))).Q
    matrix = rows.T * torch.linspace(low, 20, size, dtype=torch.float64) @ rows
    return Map(((1, size), (1, size)), lambda x: x @ matrix.to(x), lambda x: x @ matrix.to(x)), matrix


def test_the_known_trace_of_the_blur():
    assert float(BLUR.spectrum().sum()) == pytest.approx(TRACE, abs=1e-6)
    for estimate in (trace(BLUR.gram, 40), sketched_trace(BLUR.gram, 60)):
        found = last(estimate)
        assert abs(found.value - TRACE) < 4 * found.error < 0.1 * TRACE
    assert last(trace(BLUR.gram, 8, like=C128)).value == pytest.approx(2 * TRACE, rel=0.1)


def test_standard_errors_are_those_of_repeated_runs():
    operator, matrix = dense()
    runs = [last(trace(operator, 20, seed)) for seed in range(200)]
    values = torch.tensor([r.value for r in runs])
    exact_error = math.sqrt(2 * float((matrix - matrix.diag().diag()).square().sum()) / 20)
    assert float(values.std()) == pytest.approx(exact_error, rel=0.15)
    assert sum(r.error for r in runs) / 200 == pytest.approx(exact_error, rel=0.1)
    assert float(values.mean()) == pytest.approx(float(matrix.trace()), abs=4 * exact_error / math.sqrt(200))


def test_a_sketch_takes_the_large_eigenvalues_out_of_the_error():
    values = torch.cat([torch.linspace(100, 50, 10), torch.full((390,), 0.01)]).double()
    rows = torch.linalg.qr(normal_like(torch.zeros(400, 400, dtype=torch.float64), generator(1, 0))).Q
    matrix = rows.T * values @ rows
    operator = Map(((1, 400), (1, 400)), lambda x: x @ matrix, lambda x: x @ matrix)
    plain, sketched = last(trace(operator, 60)), last(sketched_trace(operator, 60))
    assert sketched.products == plain.products == 60
    assert sketched.error < 1e-3 * plain.error
    assert abs(sketched.value - float(values.sum())) < 4 * sketched.error
    whole = last(sketched_trace(operator, 1200))
    assert whole.error == 0 and whole.value == pytest.approx(float(values.sum()), rel=1e-12)
    assert last(sketched_trace(diagonal(torch.zeros(9).double()), 9)).value == 0


def test_one_probe_knows_no_error_and_a_multiple_of_the_identity_needs_no_second():
    first, second, *_ = trace(diagonal(torch.full((30,), 3.0).double()), 2)
    assert first.error == math.inf and second.error == 0 and first.value == second.value == 90


def test_the_log_determinant_and_other_integrals_of_the_measure():
    operator, matrix = dense()
    measure = slq(operator, 60, 30)
    found, known = log_determinant(measure), float(torch.linalg.slogdet(matrix).logabsdet)
    assert abs(found.value - known) < 4 * found.error < 0.2 * known
    inverse = measure.integral(torch.reciprocal)
    assert abs(inverse.value - float(matrix.inverse().trace())) < 4 * inverse.error
    assert log_determinant(slq(diagonal(torch.ones(20).double() * 2), 5, 2)).value == pytest.approx(20 * math.log(2))
    singular = log_determinant(slq(diagonal(torch.eye(20)[3].double()), 5, 2))
    assert (singular.value, singular.error) == (-math.inf, math.inf)
    with pytest.raises(
        Refusal, match="positive definite operator for its log-determinant, got an eigenvalue near -1: "
    ):
        log_determinant(slq(diagonal(torch.tensor([-1.0, 2.0]).repeat(9)), 5, 2))


@pytest.mark.parametrize(("digits", "near"), [(6, 1e-6), (10, 1e-3), (13, 0.3)])
def test_a_log_determinant_is_known_as_far_as_products_are(digits, near):
    """Eigenvalues in a geometric series from 1 to 10^-digits: ln det = -30 digits ln 10 of 60 of them."""
    values, known = torch.logspace(0, -digits, 60, dtype=torch.float64), -30 * digits * math.log(10)
    found = log_determinant(slq(diagonal(values), 60, 4))
    assert abs(found.value - known) < found.error < near


def test_single_precision_widens_the_error_of_a_log_determinant_and_has_an_end():
    values, like = torch.logspace(0, -5, 60, dtype=torch.float64), torch.zeros(())
    found = log_determinant(slq(diagonal(values.float()), 60, 4, like=like))
    assert abs(found.value + 150 * math.log(10)) < found.error < 20
    beyond = torch.logspace(0, -8, 60, dtype=torch.float64).float()
    nothing = log_determinant(slq(diagonal(beyond), 60, 4, like=like))
    assert (nothing.value, nothing.error) == (-math.inf, math.inf)


@pytest.mark.parametrize(("size", "digits", "steps"), [(300, 6, 20), (300, 10, 80), (1000, 4, 30)])
def test_what_a_rule_of_few_nodes_leaves_out_is_in_the_error(size, digits, steps):
    """Probes of signs agree on a diagonal matrix, so that their standard error alone would be 0."""
    values = torch.logspace(0, -digits, size, dtype=torch.float64)
    measure, known = slq(diagonal(values), steps, 4), float(values.log().sum())
    wide, narrow = log_determinant(measure), log_determinant(measure, 10.0**-digits)
    assert 1 < abs(wide.value - known) < narrow.error < wide.error
    inverse = measure.integral(torch.reciprocal, 10.0**-digits)
    assert abs(inverse.value - float(values.reciprocal().sum())) < inverse.error


def test_a_solve_that_does_not_arrive_leaves_the_degrees_of_freedom_open():
    """Without a prior the data decide all 60 numbers; at a condition of 1e12 a solve does not see the last of them."""
    values = torch.logspace(0, -12, 60, dtype=torch.float64)
    found = last(freedom(diagonal(values), diagonal(values), 4))
    assert 3 < abs(found.value - 60) < 3 * found.error
    easy = last(freedom(diagonal(values), diagonal(values + 0.1), 4))
    known = float((values / (values + 0.1)).sum())
    assert abs(easy.value - known) < easy.error + 1e-6 < 1e-3


def test_measures_of_two_seeds_are_one_of_all_their_probes():
    operator, _ = dense()
    both = slq(operator, 12, 3).merged(slq(operator, 20, 2, seed=1))
    assert both.products == 12 * 3 + 20 * 2 and float(both.weights.sum()) == pytest.approx(1)
    apart = [slq(operator, 12, 3).integral(torch.sqrt).value, slq(operator, 20, 2, seed=1).integral(torch.sqrt).value]
    assert both.integral(torch.sqrt).value == pytest.approx((3 * apart[0] + 2 * apart[1]) / 5)


def test_the_diagonal_is_exact_where_there_is_nothing_else():
    mask = operators.Mask((1, 9, 9))
    *_, found = diagonal_of(mask.gram, 3)
    torch.testing.assert_close(found.values, mask.mask().flatten(), rtol=0, atol=0)
    assert not found.errors.any() and found.products == 3
    operator, matrix = dense()
    *_, found = diagonal_of(operator, 400)
    away = (found.values - matrix.diag()).abs() / found.errors
    assert float(away.max()) < 5 and 0.5 < float(away.square().mean()) < 1.5


def test_the_condition_comes_with_an_interval():
    operator, _ = dense()
    value, low, high = condition(top(operator, 1), bottom(operator, 1))
    assert low <= 40 <= high and value == pytest.approx(40, rel=1e-9) and high / low < 1 + 1e-5
    singular = diagonal(torch.arange(5.0).double())
    value, low, high = condition(top(singular, 1), bottom(singular, 1))
    assert low > 1e12 and high == math.inf
    indefinite = diagonal(torch.linspace(-1, 1, 9).double())
    with pytest.raises(Refusal, match="positive definite"):
        condition(top(indefinite, 1), bottom(indefinite, 1))


@pytest.mark.parametrize(
    "operator", [GaussianBlur((1, 16, 16)), operators.FourierMask((1, 16, 16))], ids=["real", "complex"]
)
def test_effective_degrees_of_freedom(operator):
    problem = Problem.simulate(operator, noise.Gaussian(0.1), priors.Tikhonov(30.0), torch.ones(1, 1, 16, 16).double())
    found = hessians(problem, problem.zeros())
    parts = exact(found)
    assert parts is not None
    data, prior = parts
    known = float((data / (data + prior)).sum())
    estimate = last(freedom(found.data, found.objective, 30, like=problem.zeros().flatten()[0]))
    assert abs(estimate.value - known) < 4 * estimate.error + 1e-6 < 0.2 * known
    assert estimate.products >= 60
    free = Problem(problem.operator, problem.noise, priors.Zero(), problem.y)
    all_of_it = hessians(free, free.zeros())
    ranks = last(freedom(all_of_it.data, all_of_it.objective, 8, like=problem.zeros().flatten()[0]))
    if problem.dtype.is_complex:
        assert ranks.value == pytest.approx(float(data.count_nonzero()), abs=4 * ranks.error + 1e-6)


def test_estimates_repeat_by_seed_and_leave_the_global_generator_alone():
    operator, _ = dense()
    state = torch.random.get_rng_state()
    assert last(trace(operator, 5)) == last(trace(operator, 5)) != last(trace(operator, 5, seed=1))
    top(operator, 2)
    assert torch.equal(torch.random.get_rng_state(), state)
