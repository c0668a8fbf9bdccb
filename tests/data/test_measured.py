"""Measured data: taken as they are, run without a truth, saved, and rebuilt bit for bit."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from workbench import figures, storage
from workbench.algorithms import FISTA, PDHG, ConjugateGradient, FilteredBackprojection, WienerDeconvolution
from workbench.cli import main
from workbench.data import Measured, Shipped, load_array
from workbench.experiment import Experiment, from_run
from workbench.noise import Gaussian, Poisson
from workbench.operators import (
    ConvolutionPSF,
    Downsample,
    FourierMask,
    GaussianBlur,
    Identity,
    MultiCoilFourier,
    Operator,
    Radon,
)
from workbench.parameters import changed, describe
from workbench.priors import Tikhonov, TotalVariation
from workbench.refusal import Refusal
from workbench.run import run

COUNTS = np.random.default_rng(0).integers(0, 60000, (12, 15)).astype(np.uint16)


def written(folder: Path, values: np.ndarray, name: str = "y.npy") -> str:
    np.save(folder / name, values)
    return str(folder / name)


@pytest.mark.parametrize(
    "values",
    [
        COUNTS,
        COUNTS.astype(">u2"),
        -COUNTS.astype(np.int32) * 40000,
        COUNTS.astype(np.float32) - 7.5,
        COUNTS.astype(np.float64) / 3,
        COUNTS.astype(np.float16),
        COUNTS[:, :7] > 30000,
        COUNTS + 1j * COUNTS[:, ::-1],
    ],
    ids=lambda values: str(values.dtype),
)
def test_the_data_have_the_values_of_the_file(tmp_path, values):
    """Value by value: nothing is scaled, clipped, flipped or rounded, whatever its type."""
    y = (
        Experiment(Measured(written(tmp_path, values)), Identity((1, *values.shape)), Gaussian(), Tikhonov())
        .problem()
        .y
    )
    np.testing.assert_array_equal(y[0, 0].numpy(), values.astype(values.dtype.newbyteorder("=")))
    assert y.dtype in (torch.float32, torch.float64, torch.complex64, torch.complex128)


def test_an_array_is_taken_as_a_file_is():
    same = Experiment(Measured(COUNTS), Identity((1, 12, 15)), prior=Tikhonov())
    np.testing.assert_array_equal(same.problem().y[0, 0].numpy(), COUNTS)
    assert same.truth is None and same.problem().truth is None


@pytest.mark.parametrize(
    ("shape", "operator", "fitted"),
    [
        ((12, 15), GaussianBlur(), (1, 12, 15)),
        ((3, 12, 15), GaussianBlur(), (3, 12, 15)),
        ((9, 12, 15), GaussianBlur(), (1, 9, 12, 15)),
        ((40,), GaussianBlur(), (1, 40)),
        ((12, 15), Downsample(), (1, 24, 30)),
        ((1, 12, 15), Downsample(), (1, 24, 30)),
        ((8, 12, 16), MultiCoilFourier(coils=8), (1, 12, 16)),
        ((4, 12, 16), MultiCoilFourier((4, 9, 9), coils=4), (1, 12, 16)),
        ((8, 12, 16), MultiCoilFourier((2, 9, 9), coils=4), (2, 12, 16)),
    ],
)
def test_the_shape_of_the_unknown_is_found_from_the_data(shape, operator, fitted):
    source = Measured(torch.ones(shape))
    found = Experiment(source, operator, prior=Tikhonov(), algorithm=FISTA()).fitted()
    assert found.operator.in_shape == fitted
    assert found.problem().y.shape[1:] == found.operator.out_shape


def test_an_operator_that_fits_already_stays():
    operator = GaussianBlur((1, 12, 15), 2.0)
    assert Experiment(Measured(COUNTS), operator).fitted().operator is operator


def test_a_stack_of_items_is_a_batch():
    assert len(Experiment(Measured(np.ones((5, 1, 8, 8))), Identity((1, 8, 8))).problem().y) == 5


def hdf5(folder: Path) -> str:
    import h5py

    with h5py.File(folder / "scan.h5", "w") as file:
        file["exchange/data"] = np.arange(480, dtype=np.float32).reshape(6, 8, 10)
        file["exchange/data"].attrs["units"] = "counts"
        file["exchange/theta"] = np.linspace(0, 180, 6, endpoint=False)
    return str(folder / "scan.h5")


def test_an_array_in_a_file_keeps_its_axes_and_has_its_units(tmp_path):
    found = load_array(hdf5(tmp_path), "/exchange/data[:, 3]")
    np.testing.assert_array_equal(found.tensor, np.arange(480, dtype=np.float32).reshape(6, 8, 10)[:, 3])
    assert found.units == "counts" and found.limits == (0, 1)
    thin = written(tmp_path, np.ones((1, 2, 3, 4)))
    assert load_array(thin).tensor.shape == (1, 2, 3, 4)


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda folder: Measured(hdf5(folder)), r"one array, got 2.*exchange/data \(6 x 8 x 10\)"),
        (lambda folder: Measured(hdf5(folder), "exchange/dat"), "exchange/dat.*it holds exchange/data"),
        (lambda folder: Measured(hdf5(folder), "exchange/data[9]"), "count from 0"),
        (lambda folder: Measured(str(folder / "none.npy")), "which is not there"),
        (lambda folder: Measured(), "the path of a file"),
        (lambda folder: Measured(written(folder, np.array([[1.0, np.nan]]))), "1 of 2 NaN"),
        (lambda folder: Measured(torch.tensor([[1.0, torch.inf]])), "1 NaN or infinite"),
        (lambda folder: Measured(written(folder, np.array([["a"]]))), "numbers"),
        (lambda folder: Measured(np.ones((2, 2, 2, 2, 2))), "one to three axes"),
        (lambda folder: Measured(np.ones((2, 3, 4, 5, 6))[0, 0]), "1 x 4 x 5 x 6"),
    ],
)
def test_what_cannot_be_data_is_refused_in_a_sentence(tmp_path, make, sentence):
    with pytest.raises(Refusal, match=sentence):
        Experiment(make(tmp_path), Identity((1, 8, 8)), prior=Tikhonov()).problem()


def test_gaps_that_a_file_announces_are_not_filled(tmp_path):
    import zarr

    zarr.create_array(tmp_path / "t.zarr", data=np.array([[1.0, -9.0], [2.0, 3.0]])).attrs["_FillValue"] = -9.0
    with pytest.raises(Refusal, match="1 of 4 missing"):
        Measured(str(tmp_path / "t.zarr")).loaded()


@pytest.mark.parametrize(
    ("operator", "noise", "values", "sentence"),
    [
        (Identity(), Poisson(), -np.ones((8, 8)), "counts >= 0"),
        (Identity(), Poisson(), 1j * np.ones((8, 8)), "complex"),
        (GaussianBlur((1, 9, 9)), Gaussian(), np.ones((8, 8)), "data of shape B x 1 x 9 x 9"),
    ],
)
def test_what_noise_or_operator_cannot_explain_is_refused(operator, noise, values, sentence):
    with pytest.raises(Refusal, match=sentence):
        experiment = Experiment(Measured(values), operator, noise, Tikhonov())
        (experiment if operator.in_shape == (1, 9, 9) else experiment.fitted()).problem()


def small(source: Measured, operator: Operator | None = None) -> Experiment:
    operator = operator or GaussianBlur((1, 12, 15), 1.0)
    return Experiment(source, operator, Gaussian(0.5), TotalVariation(0.1), PDHG(), 4)


def test_a_run_has_what_needs_no_truth_and_nothing_else(tmp_path):
    result = small(Measured(COUNTS, units="counts", notes=("dark subtracted",))).run()
    recorded = {name for name in map(str, result.data_vars) if result[name].dims == ("k", "batch")}
    assert recorded == {"objective", "misfit", "prior", "residual"}
    assert "truth" not in result and result.y.attrs["units"] == "counts"
    assert json.loads(result.attrs["notes"]) == ["dark subtracted", "uint16 as float32, the same values"]
    told = json.loads(result.attrs["measured"])
    assert (told["name"], told["shape"], told["dtype"]) == ("an array", [12, 15], "float32")
    assert figures.png(result)[:4] == b"\x89PNG"


AGAIN = """
import sys
from workbench import storage
from workbench.experiment import from_run
import numpy as np
saved = storage.load(sys.argv[1])
again = from_run(saved).run()
for name in ("x", "y", "objective"):
    assert np.array_equal(again[name], saved[name]), name
"""


def test_a_saved_run_is_rebuilt_bit_for_bit_in_another_process_whatever_became_of_its_file(tmp_path):
    for source in (Measured(written(tmp_path, COUNTS)), Measured(COUNTS / 7)):
        storage.save(small(source).run(), tmp_path / "run.nc")
        (tmp_path / "y.npy").unlink(missing_ok=True)
        code = [sys.executable, "-c", AGAIN, str(tmp_path / "run.nc")]
        assert subprocess.run(code, timeout=120, check=False).returncode == 0


def test_a_file_that_is_gone_or_changed_is_said_and_what_the_run_keeps_is_taken(tmp_path):
    path = written(tmp_path, COUNTS + 1j)
    fourier = FourierMask((1, 12, 15))
    result = Experiment(Measured(path), fourier, Gaussian(0.5), Tikhonov(), ConjugateGradient(), 2).run()
    storage.save(result.assign(y=result.y.assign_attrs(units="counts")), tmp_path / "run.nc")
    saved = storage.load(tmp_path / "run.nc")
    assert from_run(saved).source.data == path
    written(tmp_path, COUNTS + 2j)
    for _ in range(2):
        kept = from_run(saved).source
        assert kept.notes[-1].startswith("y.npy is gone or has changed") and kept.units == "counts"
        np.testing.assert_array_equal(kept.data[0, 0], COUNTS + 1j)
        Path(path).unlink(missing_ok=True)


def test_the_experiment_is_described_and_comes_back_by_the_arrays_of_its_run():
    experiment = small(Measured(COUNTS.astype(np.float32)))
    source = describe(experiment)["source"]
    assert source["data"]["shape"] == [12, 15] and len(source["data"]["array"]) == 64
    assert describe(from_run(experiment.run())) == describe(experiment)


def ran(capsys: pytest.CaptureFixture, *words: str) -> dict:
    assert main(["run", *words, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_the_command_line_takes_measured_data_and_goes_on_with_a_saved_run(tmp_path, capsys):
    words = ("--operator", "GaussianBlur", "--set", "operator.width=1", "--steps", "2", "--out", str(tmp_path / "a.nc"))
    said = ran(capsys, "--data", written(tmp_path, COUNTS), *words)
    assert said["psnr"] is None and said["residual"] > 0
    assert said["spec"]["operator"]["shape"] == [1, 12, 15]
    np.testing.assert_array_equal(storage.load(tmp_path / "a.nc").y[0, 0], COUNTS)
    again = ran(capsys, str(tmp_path / "a.nc"), "--set", "operator.width=1")
    assert again["objective"] == said["objective"]
    other = ran(capsys, str(tmp_path / "a.nc"), "--truth", "camera", "--size", "32")
    assert other["psnr"] is not None


@pytest.mark.parametrize("count", [1, 2, 4, 8])
def test_k_space_of_coils_comes_as_a_scanner_writes_it(tmp_path, capsys, monkeypatch, count):
    """The unknown has one channel, however many coils there are; maps are theirs, or those of the default."""
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(0)
    x = rng.normal(size=(12, 16)) + 1j
    maps = np.exp(1j * rng.normal(size=(count, 12, 16)))
    np.save("maps.npy", maps)
    np.save("k.npy", np.fft.fftshift(np.fft.fft2(maps * x, norm="ortho"), axes=(-2, -1)))
    words = ["--data", "k.npy", "--operator", "MultiCoilFourier", "--set", "operator.keep=1", "--steps", "60"]
    words += ["--prior", "Tikhonov", "--set", "prior.weight=1e-9", "--algorithm", "ConjugateGradient"]
    said = ran(capsys, *words, "--set", "operator.coils=maps.npy", "--out", "run.nc")
    assert said["spec"]["operator"]["shape"] == [1, 12, 16]
    np.testing.assert_allclose(storage.load("run.nc").x[0, 0], x, atol=1e-6)
    said = ran(capsys, *words, "--set", f"operator.coils={count}")
    assert said["spec"]["operator"]["shape"] == [1, 12, 16]
    assert main(["run", *words, "--set", "operator.coils=3"]) == 2
    assert f"MultiCoilFourier that makes data of {count} x 12 x 16" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--data", "y.npy", "--truth", "camera"), "measured data have no truth"),
        (("--data", "y.npy", "--size", "64"), "a signal, where --size or truth is given"),
        (("--data", "y.npy::a"), "it holds one array"),
    ],
)
def test_the_command_line_says_what_does_not_go_together(tmp_path, capsys, monkeypatch, words, sentence):
    monkeypatch.chdir(tmp_path)
    written(tmp_path, COUNTS)
    assert main(["run", *words]) == 2
    assert sentence in capsys.readouterr().err


def test_a_signal_alone_is_simulated_as_before():
    by_name = Experiment(truth=Shipped("camera", 16), operator=Identity((1, 16, 16)))
    by_place = Experiment(Shipped("camera", 16), Identity((1, 16, 16)))
    assert describe(by_name) == describe(by_place) and describe(by_name)["truth"]["name"] == "camera"
    assert by_name.truth == Shipped("camera", 16) and by_name.problem().truth is not None
    result = run(by_name.problem(), PDHG(), steps=1)
    assert "truth" in result


def test_angles_that_nobody_gave_are_said():
    """60 projections fit the usual 60 angles, whatever theirs are."""
    y = np.ones((60, 40), np.float32)
    usual = Experiment(Measured(y), Radon(), algorithm=FilteredBackprojection(), steps=1).fitted().run()
    assert "no angles were given: Radon takes 60 equally spaced ones over 180 degrees" in usual.attrs["notes"]
    given = Radon(angles=tuple(np.linspace(0, 170, 60)))
    told = Experiment(Measured(y), given, algorithm=FilteredBackprojection(), steps=1).fitted().run()
    assert "notes" not in told.attrs


def test_wiener_says_the_way_out_of_a_boundary_of_zeros():
    psf = ConvolutionPSF((1, 12, 15))
    with pytest.raises(Refusal, match=r"take its boundary='periodic'"):
        Experiment(Measured(COUNTS), psf, algorithm=WienerDeconvolution(), steps=1).run()
    Experiment(Measured(COUNTS), changed(psf, boundary="periodic"), algorithm=WienerDeconvolution(), steps=1).run()


@pytest.mark.parametrize("detectors", [None, 24])
def test_a_detector_that_lies_beside_the_image_is_refused(detectors):
    scan = Radon((1, 24, 24), 10, detectors=detectors, offset=40.0)
    with pytest.raises(Refusal, match=r"bins that see the image for Radon, got an axis of rotation 28\.5 bins beside"):
        Experiment(Measured(torch.ones(10, 24)), scan, steps=1).fitted()
    near = Radon((1, 24, 24), 10, detectors=detectors, offset=20.0)
    assert Experiment(Measured(torch.ones(10, 24)), near, steps=1).fitted().operator.detectors == 24


def test_quantised_numbers_are_the_numbers_that_they_stand_for():
    values = torch.tensor([[0.25, -1.5], [3.0, 0.0]])
    found = Measured(torch.quantize_per_tensor(values, 0.25, 3, torch.qint32)).loaded().tensor
    assert torch.equal(found, values)
