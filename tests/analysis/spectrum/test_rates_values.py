"""Methods on quadratics: their steps, rates and polynomials as the textbook has them."""

import math

import numpy as np
import pytest
import torch

from tests.analysis.spectrum.test_spectrum_values import TWO, by_hand, column
from tests.analysis.test_spectrum import diagonal
from tests.tables import table
from workbench.analysis import spectrum
from workbench.analysis.spectrum import (
    LinearAxis,
    SpectrumEstimate,
    freedom,
    lanczos,
    log_determinant,
    outliers,
    phases,
    predictions,
    rates,
    slq,
)
from workbench.analysis.spectrum.ritz_space import orthonormal
from workbench.refusal import Refusal

INF, NAN = math.inf, math.nan


@table(
    ("critical", "expected"),
    [
        (rates.critical_step(4.0), 0.5),
        (rates.critical_step(0.0), INF),
        (rates.critical_step(-1.0), INF),
        (rates.critical_step(INF), NAN),
        (rates.critical_step(NAN), NAN),
        (rates.critical_batch_step(10, 40, 4), 2 / 17.5),
        (rates.critical_batch_step(10, 40, 1), 2 / 40),
        (rates.critical_batch_step(10, 40, INF), 2 / 10),
        (rates.tuned_gradient_descent(1, 4).step, 0.4),
        (rates.tuned_heavy_ball(1, 4).step, 4 / 9),
        (rates.tuned_heavy_ball(1, 4).momentum, 1 / 9),
        (rates.tuned_heavy_ball(0, 4).momentum, 1),
        (rates.tuned_nesterov(1, 4).step, 0.25),
        (rates.tuned_nesterov(1, 4).momentum, 1 / 3),
        (rates.tuned_nesterov(-1e-9, 4).momentum, 1),
        (float(rates.gradient_descent_rate(column(1, 4), 0.4)), 0.6),
        (float(rates.gradient_descent_rate(column(1, 4), 1.0)), 3),
        (float(rates.heavy_ball_rate(column(1, 4), 4 / 9, 1 / 9)), 1 / 3),
        (float(rates.heavy_ball_rate(column(1), 0.5, 0.0)), 0.5),
        (float(rates.heavy_ball_rate(column(0), 1.0, 0.5)), 1),
        (float(rates.nesterov_rate(column(1, 4), 0.25, 1 / 3)), 0.5),
        (float(rates.nesterov_rate(column(4), 0.5, 0.0)), 1),
    ],
)
def test_steps_and_rates_are_those_of_the_textbook(critical, expected):
    assert critical == pytest.approx(expected, rel=1e-6, nan_ok=True)


def test_a_batch_has_a_row_and_rates_come_for_any_array_of_steps():
    with pytest.raises(Refusal, match=r"a batch of at least 1, got 0\.5"):
        rates.critical_batch_step(10, 40, 0.5)
    assert rates.gradient_descent_rate(column(1, 4), column(0.1, 0.4, 0.5)).tolist() == pytest.approx([0.9, 0.6, 1.0])
    found = rates.heavy_ball_rate(column(1, 4), column(0.1, 0.4)[None], column(0.0, 0.25, 0.5)[:, None])
    assert found.shape == (3, 2) and found[0].tolist() == pytest.approx([0.9, 0.6])


@pytest.mark.parametrize(
    ("polynomials", "expected"),
    [
        pytest.param(
            lambda: rates.gradient_descent(column(1, 4), 0.5, 2), [[1, 1], [0.5, -1], [0.25, 1]], id="gradient"
        ),
        pytest.param(
            lambda: rates.heavy_ball(column(1, 4), 0.5, 0.25, 2), [[1, 1], [0.5, -1], [0.125, 0.5]], id="heavy ball"
        ),
        pytest.param(
            lambda: rates.nesterov(column(1, 4), 0.5, 0.25, 2), [[1, 1], [0.5, -1], [0.1875, 1.5]], id="Nesterov"
        ),
        pytest.param(
            lambda: rates.conjugate_gradients(column(1, 4), column(1, 1), 3),
            [[1, 1], [0.6, -0.6], [0, 0], [0, 0]],
            id="CG",
        ),
        pytest.param(
            lambda: rates.conjugate_gradients(column(1, 4), column(1, 0), 1), [[1, 1], [0, 1]], id="without a part"
        ),
        pytest.param(lambda: rates.heavy_ball(column(3), 0.5, 0.25, 0), [[1]], id="no step"),
        pytest.param(lambda: rates.nesterov(column(3), 0.5, 0.25, 1), [[1], [-0.5]], id="one step"),
        pytest.param(lambda: rates.chebyshev_bound(1, 4, 2)[:, None], [[1], [3 / 5], [9 / 41]], id="1 / T_k(5/3)"),
    ],
)
def test_residual_polynomials_are_those_of_the_recurrence(polynomials, expected):
    np.testing.assert_allclose(polynomials(), expected, atol=1e-12)


def test_the_excess_is_that_of_a_quadratic_and_what_does_not_bend_adds_nothing():
    ones = torch.ones(1, 3, dtype=torch.float64)
    assert rates.excess(ones, column(0, 1, 4), column(5, 2, 8)).tolist() == [2]
    assert rates.excess(3 * ones, column(0, 1, 4), column(5, 2, 8)).tolist() == [18]
    assert math.isnan(float(rates.excess(ones, column(NAN, 1, 4), column(5, 2, 8))))
    nodes, masses = rates.slope_measure(diagonal(column(1, 4)), column(1, 2)[None, None])
    assert (nodes.tolist(), masses.tolist()) == (pytest.approx([1, 4]), pytest.approx([1, 4]))


@pytest.mark.parametrize("unit", [1e-9, 1e9], ids=["small", "large"])
def test_what_counts_as_nothing_is_told_beside_the_largest_in_any_unit(unit):
    ones, values = torch.ones(1, 3, dtype=torch.float64), column(1e-13, 1, 4)
    assert float(rates.excess(ones, unit * values, column(5, 2, 8))) == pytest.approx(2 / unit)
    found = predictions(SpectrumEstimate(None, 0, slope=(unit * values, column(5, 2, 8))), None, 3)
    assert found.drop == pytest.approx(2 / unit) and found.curves["conjugate gradients"][2] < 1e-9 / unit
    massless = SpectrumEstimate(None, 0, slope=(column(1e-3, 1, 4), unit * column(1e-16, 2, 8)))
    assert predictions(massless, None, 3).drop == pytest.approx(2 * unit)
    rows = torch.tensor([[3.0, 0, 0], [3.0, 1e-14, 0], [0, 2.0, 0]], dtype=torch.float64)
    assert len(orthonormal(unit * rows)) == 2
    measure = slq(diagonal(unit * column(1, 4)), 2, 3)
    assert log_determinant(measure).value == pytest.approx(math.log(4) + 2 * math.log(unit), rel=1e-9)
    assert log_determinant(slq(diagonal(unit * column(0, 4)), 2, 3)).value == -INF
    krylov = lanczos(diagonal(unit * column(*np.linspace(0, 1, 30), 10)), 31)
    assert outliers(krylov)[0].tolist() == pytest.approx([10 * unit])
    curve = spectrum.density(by_hand(([5.0 * unit], [1.0])), LinearAxis(5.0 * unit))
    assert curve.at[0] == pytest.approx(4.94 * unit) and spectrum.scaled(TWO, unit).nodes[-1] == pytest.approx(8 * unit)
    data, rest = column(1, 9, 0), column(1, 1, 2)
    *_, free = freedom(diagonal(unit * data), diagonal(unit * (data + rest)), 3)
    assert free.value == pytest.approx(1.4) and free.error < 1e-6


def test_nothing_is_foreseen_before_the_gradient_is_known_or_where_nothing_bends():
    measure = slq(diagonal(column(1, 4)), 2, 1)
    found = SpectrumEstimate(None, 0, measures=(("objective", measure),))
    assert predictions(found, None, 3) is None
    for values, known in ((column(0, 0), False), (column(-1, 0), False), (column(0, 4), True)):
        slope = (values, column(1, 1))
        assert (predictions(SpectrumEstimate(None, 0, slope=slope), None, 3) is not None) is known
    assert phases(SpectrumEstimate(None, 0)) is None
    for low, high, known in ((-2.0, -1.0, False), (-1.0, 0.0, False), (-1.0, 1.0, True)):
        flat = SpectrumEstimate(None, 0, measures=(("objective", by_hand(([low, high], [0.5, 0.5]))),))
        assert (phases(flat, 3) is not None) is known
    drawn = phases(flat, 3)
    assert 10 ** drawn.best[0] == pytest.approx(4 / (1 + 1e-3) ** 2), "what bends down counts as a millionth"


@pytest.mark.parametrize(
    ("values", "of_data", "ends"),
    [(None, False, (1, 4)), ([7, 5], False, (1, 7)), ([3, 2], False, (1, 4)), ([7, 5], True, (1, 4))],
    ids=["Lanczos alone", "further by a search", "less by a search", "of the data term"],
)
def test_the_extremes_are_the_outermost_that_anything_saw(values, of_data, ends):
    measure = by_hand(([1, 2, 4], [0.25, 0.5, 0.25]))
    known = None if values is None else column(*values)
    found = SpectrumEstimate(None, 0, measures=(("prior", TWO), ("objective", measure)), values=known, of_data=of_data)
    assert found.extremes == ends
    assert SpectrumEstimate(None, 0, measures=(("prior", TWO),)).extremes is None
