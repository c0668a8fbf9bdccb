"""Paths in the plane as they are drawn: a denoiser's errors, and a filter's path through the channel of a problem."""

import numpy as np
import pytest
import torch

from workbench.analysis.information.channel import of_operator
from workbench.analysis.information.ensembles import GaussianRandomField
from workbench.analysis.information.filters import LandweberFilter
from workbench.analysis.information.paths import ClosedForm, denoised, filter_paths
from workbench.analysis.information.plane import FixedTau, path
from workbench.noise import Gaussian
from workbench.operators import GaussianBlur
from workbench.priors import SmoothedTotalVariation, Tikhonov, Zero
from workbench.problem import Problem
from workbench.refusal import Refusal


def test_the_errors_of_a_denoiser_become_information():
    """Tikhonov's denoiser is the best for white normal signals: information is ln(1 + 1 / sigma^2) / 2 a sample."""
    white = GaussianRandomField(exponent=0.0)
    *_, found = denoised(Tikhonov(1.0), white, (1, 16, 16))
    np.testing.assert_allclose(found.error, found.linear, rtol=0.03)
    np.testing.assert_allclose(found.linear, found.sigma**2 / (1 + found.sigma**2), rtol=1e-6)
    known = 16**2 * np.log2(1 + found.sigma**-2.0) / 2
    np.testing.assert_allclose(found.linear_bits[6:], known[6:], rtol=0.05)
    assert "(posterior mean)" in found.sentence and found.exact
    with pytest.raises(Refusal, match="SmoothedTotalVariation, which has none"):
        next(denoised(SmoothedTotalVariation(), white, (1, 8, 8)))


def test_a_filters_path_is_that_of_the_problems_channel() -> None:
    operator, form = GaussianBlur((1, 16, 16), 1.0), ClosedForm(exponent=3.0, corner=2.0, steps=7)
    problem = Problem.simulate(operator, Gaussian(0.1), Zero(), torch.ones(1, 1, 16, 16))
    *_, found = filter_paths(problem, form, (LandweberFilter(),), FixedTau())
    known = path(
        of_operator(operator, GaussianRandomField(3.0, 2.0).spectrum(operator.in_shape), 0.1), LandweberFilter(), 7
    )
    (track,) = found.tracks
    np.testing.assert_allclose(track.i_x, known.i_x, rtol=1e-12)
    np.testing.assert_allclose(track.i_y - track.i_x, track.memorised, atol=1e-9)
    assert found.ceiling == known.ceiling and track.error[track.best] == track.error.min()
