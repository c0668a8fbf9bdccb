"""Runs of unknowns that are not the picture are saved and go on."""

import numpy as np
import pytest

import workbench
from workbench.algorithms import LBFGS
from workbench.data import Shipped
from workbench.experiment import Experiment
from workbench.noise import Gaussian
from workbench.operators import Identity
from workbench.parameters import changed
from workbench.parametrisations import LowRank, Warp
from workbench.priors import Elastic, OnUnknown, Zero
from workbench.refusal import Refusal
from workbench.storage import save


def test_a_run_of_a_parametrisation_goes_on_from_its_unknown(tmp_path):
    shape = (1, 16, 16)
    unknown = LowRank(shape, 3, begin="random")
    short = Experiment(
        Shipped("camera", 16), Identity(shape), Gaussian(0.1), Zero(), LBFGS(), steps=4, parametrisation=unknown
    )
    save(short.run(), tmp_path / "run.nc")
    found, whole = workbench.open(tmp_path / "run.nc").resume(8), changed(short, steps=8).run()
    assert np.array_equal(found.u, whole.u) and np.array_equal(found.x, whole.x)
    assert np.array_equal(found.psnr, whole.psnr)
    with pytest.raises(Refusal, match="another"):
        changed(short, steps=8, parametrisation=LowRank(shape, 2)).run(begun=workbench.open(tmp_path / "run.nc").result)


def test_an_experiment_takes_a_prior_of_one_block():
    shape = (1, 12, 12)
    prior = OnUnknown(Elastic(0.1), "displacement")
    made = Experiment(
        Shipped("camera", 12), Identity(shape), Gaussian(0.1), prior, LBFGS(), steps=3, parametrisation=Warp(shape)
    )
    result = made.run()
    assert result["x"].shape == (1, *shape) and float(result.objective[-1, 0]) < float(result.objective[0, 0])
