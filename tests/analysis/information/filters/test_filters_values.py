"""What filters leave of each mode, by their formulas."""

from itertools import islice

import numpy as np
import pytest
import torch

from tests.tables import column, table
from workbench.analysis.information import (
    filters,
)
from workbench.analysis.information.channel import modes
from workbench.analysis.information.filters.base import Filter, SpectralFilter
from workbench.refusal import Refusal

FILTERED = modes(column(2, 1, 0), column(1, 1, 1), 1.0)


@table(
    ("filter_", "shares"),
    [
        (filters.TikhonovFilter(1.0), [[0.8, 0.5, 0]]),
        (filters.TikhonovFilter(0.0), [[1, 1, 0]]),
        (filters.TruncatedSVD(1), [[1, 0, 0]]),
        (filters.TruncatedSVD(0), [[0, 0, 0]]),
        (filters.NuclearBiasFilter(2.0), [[1, 0.5, 0]]),
        (filters.NuclearBiasFilter(4.0), [[1, 0.25, 0]]),
        (filters.SpectralBiasFilter(0.1), [[0.9, 0.9, 0]]),
        (filters.LandweberFilter(0.1), [[0, 0, 0], [0.4, 0.1, 0], [0.64, 0.19, 0]]),
        (filters.LandweberFilter(), [[0, 0, 0], [1, 0.25, 0], [1, 0.4375, 0]]),
        (filters.HeavyBallFilter(0.5, 0.1), [[0, 0, 0], [0.4, 0.1, 0], [0.84, 0.24, 0]]),
        (filters.ChebyshevFilter(0.5), [[0, 0, 0], [4 / 3, 1 / 3, 0], [16 / 17, 10 / 17, 0]]),
        (filters.SelfDistillation(1.0), [[0.8, 0.5, 0], [0.64, 0.25, 0], [0.512, 0.125, 0]]),
        (filters.SelfDistillation(1.0, 0.5), [[0.8, 0.5, 0], [0.72, 0.375, 0]]),
        (filters.WienerFilter(), [[0.8, 0.5, 0]]),
        (filters.OwnReconstructions(), [[0.8, 0.5, 0], [0.8 * 4 / (0.8 * 4 + 1), 0.5 / 1.5, 0]]),
        (filters.OwnReconstructions(1.0), [[0.8, 0.5, 0], [0.8 * 4 / (0.8 * 4 + 1), 0.5 / 1.5, 0]]),
        (filters.ZeroFilling(0.5), [[4 / (5 + 8 / 3), 1 / (2 + 8 / 3), 0]]),
        (filters.ZeroFilling(1.0), [[0.8, 0.5, 0]]),
    ],
)
def test_filters_leave_the_share_of_each_mode_that_their_formula_says(filter_: Filter | SpectralFilter, shares: list):
    """Of singular values 2, 1 and 0, variances 1 and noise 1: what a mode is multiplied by, R_k s."""
    found = torch.stack(list(filter_.matrices(FILTERED, len(shares) - 1)))[..., 0, 0] * FILTERED.gains[:, 0]
    np.testing.assert_allclose(found, np.array(shares), atol=1e-12)
    if isinstance(filter_, SpectralFilter):  # also of the mode that data do not show, which times its s is 0 anyway
        told = torch.stack(list(islice(filter_.shares(FILTERED), len(shares)))).reshape(len(shares), 3)
        np.testing.assert_allclose(told, np.array(shares), atol=1e-12)


def test_conjugate_gradients_end_after_as_many_steps_as_modes_and_diverging_steps_are_refused():
    last = list(filters.FrozenConjugateGradients().matrices(FILTERED, 4))
    shares = torch.stack(last)[..., 0, 0] * FILTERED.gains[:, 0]
    np.testing.assert_allclose(shares[0], 0, atol=1e-12)
    np.testing.assert_allclose(shares[2:], np.array([[1.0, 1, 0]] * 3), atol=1e-6)
    for wrong in (filters.LandweberFilter(0.5), filters.HeavyBallFilter(0.5, 0.75)):
        with pytest.raises(Refusal, match="a step below"):
            list(wrong.matrices(FILTERED, 1))
    assert len(list(filters.LandweberFilter(0.49).matrices(FILTERED, 3))) == 4
    assert len(list(filters.HeavyBallFilter(0.5, 0.74).matrices(FILTERED, 3))) == 4
