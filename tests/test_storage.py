"""Saved runs: whole or not at all, and rebuilt as they were."""

import json

import numpy as np
import pytest
import torch
import xarray as xr

from workbench import storage
from workbench.algorithms import FISTA, GradientDescent
from workbench.data import truth
from workbench.noise import Gaussian
from workbench.operators import FourierMask, GaussianBlur
from workbench.parameters import describe
from workbench.priors import Tikhonov, TotalVariation
from workbench.problem import Problem
from workbench.refusal import Refusal
from workbench.run import run
from workbench.storage import claim


def saved(tmp_path, operator, prior, algorithm):
    problem = Problem.simulate(operator, Gaussian(0.02), prior, truth("camera", 16), seed=3)
    result = run(problem, algorithm, steps=4, seed=3)
    storage.save(result, tmp_path / "run.nc")
    return problem, result, storage.load(tmp_path / "run.nc")


def test_a_run_comes_back_whole(tmp_path):
    _, result, again = saved(tmp_path, GaussianBlur((1, 16, 16), 1.0), TotalVariation(), FISTA())
    xr.testing.assert_identical(result, again)


def test_a_complex_run_comes_back_complex(tmp_path):
    problem, result, again = saved(tmp_path, FourierMask((1, 16, 16)), Tikhonov(), GradientDescent())
    assert again["x"].dtype == np.complex64
    assert torch.equal(torch.from_numpy(again["y"].values), problem.y)
    xr.testing.assert_equal(result, again)


@pytest.mark.parametrize("operator", [GaussianBlur((1, 16, 16), 1.0), FourierMask((1, 16, 16))])
def test_a_run_is_rebuilt_and_repeated_bit_for_bit(tmp_path, operator):
    problem, result, again = saved(tmp_path, operator, Tikhonov(), GradientDescent())
    rebuilt, algorithm, numbers = storage.rebuild_run(again)
    assert describe(rebuilt.operator) == describe(problem.operator)
    repeated = run(rebuilt, algorithm, **numbers)
    np.testing.assert_array_equal(repeated["x"], result["x"])
    np.testing.assert_array_equal(repeated["objective"], result["objective"])
    assert json.loads(repeated.attrs["spec"]) == json.loads(result.attrs["spec"])


def test_a_failed_save_keeps_the_older_file(tmp_path, monkeypatch):
    _, result, _ = saved(tmp_path, GaussianBlur((1, 16, 16), 1.0), Tikhonov(), GradientDescent())
    before = (tmp_path / "run.nc").read_bytes()

    def full(dataset, path):
        path.write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(claim, "write", full)
    with pytest.raises(Refusal, match="No space left on device: make room there"):
        storage.save(result, tmp_path / "run.nc")
    assert (tmp_path / "run.nc").read_bytes() == before
    assert [f.name for f in tmp_path.iterdir()] == ["run.nc"], "no half of a file is left behind"


def test_refusals_name_the_remedy(tmp_path):
    _, result, _ = saved(tmp_path, GaussianBlur((1, 16, 16), 1.0), Tikhonov(), GradientDescent())
    with pytest.raises(Refusal, match="make the folder"):
        storage.save(result, tmp_path / "none" / "run.nc")
    with pytest.raises(Refusal, match="which is no file"):
        storage.load(tmp_path / "none.nc")
    (tmp_path / "text.nc").write_text("not a run")
    with pytest.raises(Refusal, match="a saved run in NetCDF"):
        storage.load(tmp_path / "text.nc")
    xr.Dataset({"a": ("b", [1.0])}).to_netcdf(tmp_path / "other.nc", engine="h5netcdf")
    with pytest.raises(Refusal, match="without a spec"):
        storage.load(tmp_path / "other.nc")


def test_a_description_has_no_words_for_nan():
    with pytest.raises(ValueError, match="JSON"):
        storage.to_json({"width": float("nan")})
