"""Data of weight 0 are no data of backprojection; a sparse tensor is one sentence wherever an array goes."""

import numpy as np
import pytest
import torch

from workbench.algorithms import FilteredBackprojection
from workbench.data import Measured
from workbench.experiment import Experiment
from workbench.noise import WeightedGaussian
from workbench.operators import ConvolutionPSF, Mask, Radon
from workbench.parameters import changed
from workbench.refusal import Refusal


def test_a_rejected_view_is_not_read_as_if_it_were_measured():
    y, weights = np.random.default_rng(0).random((8, 12)), np.full((8, 12), 100.0)
    scan = Experiment(Measured(y), Radon(angles=tuple(np.arange(8) * 22.5)), WeightedGaussian(weights, "weights"))
    assert not FilteredBackprojection().unmet(scan.fitted().problem())
    weights[3] = 0
    scan = changed(scan, noise=WeightedGaussian(weights, "weights"))
    assert "would read those of weight 0: try" in FilteredBackprojection().unmet(scan.fitted().problem())


@pytest.mark.parametrize("layout", ["coo", "csr"])
def test_a_sparse_array_is_refused_in_a_sentence(layout):
    sparse = torch.eye(5).to_sparse() if layout == "coo" else torch.eye(5).to_sparse_csr()
    for make in (lambda: ConvolutionPSF((1, 16, 16), sparse), lambda: Mask((1, 5, 5), pattern=sparse)):
        with pytest.raises(Refusal, match="make it dense"):
            make()
