"""Axes for eigenvalues, and what a spectrum predicts of four methods and of every step and momentum."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from scipy.sparse.linalg import cg

from tests.analysis.test_spectrum import diagonal
from workbench.analysis import spectrum
from workbench.analysis.spectrum import (
    AXES,
    LinearAxis,
    LogarithmicAxis,
    SpectrumEstimate,
    SymmetricLogarithmicAxis,
    slq,
)


@pytest.mark.parametrize("axis", [LinearAxis(50.0), LogarithmicAxis(50.0), SymmetricLogarithmicAxis(50.0)])
def test_axes_go_there_and_back(axis):
    values = np.array([1e-4, 0.3, 7.0, 50.0])
    np.testing.assert_allclose(axis.values(axis.place(values)), values, rtol=1e-9)
    for place, label in axis.ticks().items():
        assert label
        assert np.isfinite(place)
    assert set(AXES) == {"linear", "log", "symmetric log"}


def by_hand(values: list[float], masses: list[float]) -> SpectrumEstimate:
    """A finding of a diagonal Hessian and a gradient with these masses along its modes."""
    exact, along = (torch.tensor(column, dtype=torch.float64) for column in (values, masses))
    measure = slq(diagonal(exact), len(values), 1)
    return SpectrumEstimate(None, 0, measures=(("objective", measure),), slope=(exact, along))


def written_out(values: np.ndarray, error: np.ndarray, step: float, momentum: float, nesterov: bool) -> list[float]:
    """Objective minus minimum of x <- v - step grad at v or x, v = x + momentum (x - x before), from rest."""
    x = before = error
    found = []
    for _ in range(13):
        found.append(float((values * x * x).sum() / 2))
        ahead = x + momentum * (x - before)
        x, before = ahead - step * values * (ahead if nesterov else x), x
    return found


@pytest.mark.parametrize("step", [None, 0.15, 0.45])
def test_predictions_are_those_of_the_four_methods_written_out(step) -> None:
    """The step in use for gradient descent; for the others Polyak's and Nesterov's best for the extremes, 1 and 4."""
    values, masses = np.array([1.0, 2.5, 4.0]), np.array([0.3, 2.0, 1.0])
    error = np.sqrt(masses) / values
    foreseen = spectrum.predictions(by_hand(values.tolist(), masses.tolist()), step, 12)
    third = 1 / 3  # (sqrt 4 - 1) / (sqrt 4 + 1)
    known = {
        "gradient descent": written_out(values, error, step or 0.25, 0.0, False),
        "heavy ball": written_out(values, error, 4 / 9, third**2, False),
        "Nesterov": written_out(values, error, 0.25, third, True),
    }
    for name, curve in known.items():
        np.testing.assert_allclose(foreseen.curves[name], curve, rtol=1e-9, err_msg=name)
    for k, excess in enumerate(foreseen.curves["conjugate gradients"][:3]):
        x, _ = cg(np.diag(values), values * error, rtol=1e-30, maxiter=k) if k else (0 * error, 0)
        assert excess == pytest.approx(float((values * (x - error) ** 2).sum() / 2), rel=1e-9)
    assert foreseen.drop == pytest.approx(float((masses / values).sum() / 2), rel=1e-12)


def test_phases_are_the_steps_for_a_digit_of_the_iteration_itself() -> None:
    """Against the eigenvalues of its matrix, [[1 + b - s value, -b], [1, 0]], for a Hessian between 1 and 9."""
    drawn = spectrum.phases(by_hand([1.0, 4.0, 9.0], [1.0, 1.0, 1.0]), side=23)
    steps, momenta = np.logspace(*drawn.steps, 23), np.linspace(0, spectrum.MOMENTA, 23)
    assert drawn.steps == pytest.approx((np.log10(5 / 9) - 2.3, np.log10(5 / 9)))
    assert drawn.best == pytest.approx((np.log10(4 / 16), 0.25))
    for row, b in enumerate(momenta):
        for column, s in enumerate(steps):
            radius = max(abs(np.linalg.eigvals([[1 + b - s * v, -b], [1, 0]])).max() for v in (1.0, 9.0))
            wanted = -1 / np.log10(radius) if radius < 1 else np.nan
            assert drawn.image[row, column] == pytest.approx(wanted, rel=1e-5, nan_ok=True), (s, b)
    assert 0.1 < np.isnan(drawn.image).mean() < 0.5


def test_the_axis_reaches_as_far_as_nodes_and_extremes():
    found = by_hand([1.0, 4.0], [1.0, 1.0])
    nodes = float(found.measures[0][1].nodes.abs().max())
    assert spectrum.reach(found) == nodes
    searched = replace(found, values=torch.tensor([3 * nodes], dtype=torch.float64))  # farther out than Lanczos saw
    assert spectrum.reach(searched) == 3 * nodes
    assert spectrum.reach(SpectrumEstimate(None, 0)) == 1


def test_shares_up_to_a_value_lie_within_their_envelope_and_end_at_one():
    curve = spectrum.cumulative(by_hand([1.0, 4.0], [1.0, 1.0]).measures[0][1], LinearAxis(4.0))
    assert (curve.low <= curve.height).all() and (curve.height <= curve.high).all()
    assert curve.height[0] == pytest.approx(0, abs=1e-9) and curve.height[-1] == pytest.approx(1)
