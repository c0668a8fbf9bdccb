"""Steps before the run: each against what NumPy, SciPy or scikit-image make of the same numbers."""

import json
import re

import numpy as np
import pytest
import torch
from scipy import ndimage
from skimage.measure import block_reduce

from workbench import catalog, storage
from workbench.algorithms import ConjugateGradient, FilteredBackprojection
from workbench.cli import main
from workbench.data import Measured, steps
from workbench.experiment import Experiment, from_run
from workbench.operators import Identity, Radon
from workbench.parameters import arrays_of, describe, rebuild
from workbench.paths import altered, spoken
from workbench.priors import Tikhonov
from workbench.refusal import Refusal

RNG = np.random.default_rng(0)
COUNTS = RNG.integers(200, 60000, (12, 15)).astype(np.uint16)
FLATS = RNG.integers(60000, 65000, (5, 15)).astype(np.uint16)
DARKS = RNG.integers(90, 110, (3, 15)).astype(np.uint16)
TRANSMITTED = (COUNTS - DARKS.mean(0)) / (FLATS.mean(0) - DARKS.mean(0))


def after(values, *chain):
    return Measured(values, steps=chain).loaded().tensor.numpy()


@pytest.mark.parametrize(
    ("step", "wanted"),
    [
        (steps.Crop("2:-1, :7"), COUNTS[2:-1, :7]),
        (steps.Crop(":, 3:"), COUNTS[:, 3:]),
        (steps.Bin((2,)), block_reduce(COUNTS[:, :14], (1, 2), np.mean)),
        (steps.Bin((3, 5), total=True), block_reduce(COUNTS, (3, 5), np.sum)),
        (steps.FlipAxis(0), COUNTS[::-1]),
        (steps.TransposeAxes(), COUNTS.T),
        (steps.DarkField(DARKS), COUNTS - DARKS.mean(0)),
        (steps.DarkField(DARKS[0]), COUNTS - DARKS[0].astype(float)),
        (steps.DarkField(COUNTS - 7, single=True), np.full_like(COUNTS, 7)),
        (steps.DarkField(np.stack([COUNTS - 7, COUNTS - 9]), single=True), np.full_like(COUNTS, 8)),
        (steps.FlatField(2.0 * COUNTS + 8, np.full(COUNTS.shape, 8), single=True), (COUNTS - 8) / 2 / COUNTS),
        (steps.MinusLog(3.0 * COUNTS, single=True), np.full(COUNTS.shape, np.log(3))),
        (steps.FlatField(FLATS, DARKS), TRANSMITTED),
        (steps.FlatField(60000.0, 100.0), (COUNTS - 100.0) / 59900),
        (steps.MinusLog(65000.0), -np.log(COUNTS / 65000)),
        (steps.Floor(500.0), np.maximum(COUNTS, 500)),
        (steps.Rescale(), COUNTS / COUNTS.max()),
        (steps.Rescale(-2.5), COUNTS * -2.5),
        (steps.Whitening(4.0), COUNTS / 4),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_step_makes_what_numpy_makes(step, wanted):
    found = after(COUNTS, step)
    np.testing.assert_allclose(found, wanted, rtol=2e-7)
    assert found.dtype == np.float32


def test_a_chain_goes_through_its_steps_in_order_and_says_each():
    source = Measured(COUNTS, units="counts", steps=(steps.FlatField(FLATS, DARKS), steps.MinusLog(), steps.Rescale()))
    found = source.loaded()
    attenuated = -np.log(TRANSMITTED)
    np.testing.assert_allclose(found.tensor, attenuated / np.abs(attenuated).max(), rtol=1e-6)
    words = ("uint16 as float32", "FlatField: the mean of 3 dark frames", "MinusLog: minus", "Rescale: multiplied by")
    assert all(note.startswith(word) for note, word in zip(found.notes, words, strict=True))
    assert float(found.units) == pytest.approx(np.abs(attenuated).max(), rel=1e-5)
    stages = source.stages()
    assert [stage.after.units for stage in stages[:2]] == ["1", "1"] and stages[0].before.units == "counts"
    torch.testing.assert_close(stages[1].before.tensor, stages[0].after.tensor, rtol=0, atol=0)
    np.testing.assert_array_equal(stages[0].before.tensor, COUNTS)  # no step writes into its data


def test_zingers_become_the_median_around_them():
    smooth = 0.1 * np.add.outer(np.arange(40.0), np.arange(50.0)) + RNG.normal(0, 0.1, (40, 50))
    spoilt = smooth.copy()
    spoilt[7, 9] += 300
    spoilt[30, 0] -= 40
    stage = Measured(spoilt, steps=(steps.Outliers(3, 15.0),)).stages()[0]
    median = ndimage.median_filter(spoilt, 3, mode="reflect")
    wrong = np.zeros(spoilt.shape, bool)
    wrong[7, 9] = wrong[30, 0] = True
    np.testing.assert_array_equal(stage.after.tensor, np.where(wrong, median, spoilt))
    assert "2 of 2000 values" in stage.said


@pytest.mark.parametrize("axes", [(-1,), (-2, -1)])
@pytest.mark.parametrize("size", [3, 5])
def test_the_moving_median_is_that_of_scipy_in_parts_too(axes, size, monkeypatch):
    from workbench.data.steps import medians

    values = RNG.normal(size=(4, 9, 11))
    wanted = ndimage.median_filter(values, [size if k - 3 in axes else 1 for k in range(3)], mode="reflect")
    np.testing.assert_array_equal(medians.moving_median(values, size, axes), wanted)
    monkeypatch.setattr(medians, "_AT_ONCE", 1)
    np.testing.assert_array_equal(medians.moving_median(values, size, axes), wanted)


def sinogram() -> np.ndarray:
    """Discs beside the axis, and their turn."""
    angles, bins = np.linspace(0, np.pi, 180, endpoint=False)[:, None], np.arange(256) - 127.5
    discs = [(20, 50, 0.3), (14, 80, 2.0), (30, 30, 4.0), (9, 95, 5.0)]  # radius, distance from the axis, direction
    return sum(2 * np.sqrt(np.clip(r**2 - (bins - d * np.cos(angles - t)) ** 2, 0, None)) for r, d, t in discs)


@pytest.mark.parametrize(("step", "left"), [(steps.SortingStripes(15), 0.5), (steps.WaveletStripes(), 0.5)])
def test_stripes_go_and_the_object_stays(step, left):
    """What is the same at every angle, which becomes rings, shrinks; the sinogram as a whole comes nearer, too."""
    clean, gains = sinogram(), RNG.normal(0, 2, 256)
    found = after(clean + gains, step) - clean
    inside = slice(16, -16)
    assert found.mean(0)[inside].std() < left * gains[inside].std()
    assert np.sqrt(np.square(found)[:, inside].mean()) < np.sqrt(np.square(gains)[inside].mean())
    assert np.abs(after(clean, step) - clean).mean() < 0.05 * clean.mean()


def test_sorted_stripes_are_those_of_the_paper():
    """Algorithm 3 of Vo et al., column by column."""
    values = RNG.normal(size=(20, 31))
    order = np.argsort(values, 0, kind="stable")
    smooth = ndimage.median_filter(np.take_along_axis(values, order, 0), (1, 5), mode="reflect")
    wanted = np.empty_like(values)
    np.put_along_axis(wanted, order, smooth, 0)
    np.testing.assert_array_equal(after(values, steps.SortingStripes(5)), wanted)


def coils(count: int, *shape: int) -> np.ndarray:
    return RNG.normal(size=(count, *shape)) + 1j * RNG.normal(size=(count, *shape))


def test_whitened_noise_is_white():
    mix = coils(4, 4)
    noise, data = mix @ coils(4, 50_000), coils(4, 6, 8)
    scan = after(noise, steps.Whitening(noise))
    covariance = scan @ scan.conj().T / scan.shape[1]
    np.testing.assert_allclose(covariance, 2 * np.eye(4), atol=2e-3)
    # Whatever noise is told by, signals relative to it stay: y* C^-1 y.
    found = after(data, steps.Whitening(noise)).reshape(4, -1)
    inverse = np.linalg.inv(np.cov(noise) / 2)
    flat = data.reshape(4, -1)
    np.testing.assert_allclose(np.vdot(found, found), np.vdot(flat, inverse @ flat), rtol=1e-8)


def test_compressed_coils_are_the_principal_components():
    data = coils(6, 6) @ coils(6, 40)
    found = after(data, steps.CoilCompression(3))
    _, values, right = np.linalg.svd(data, full_matrices=False)
    wanted = values[:3, None] * right[:3]
    np.testing.assert_allclose(np.abs(np.sum(found * wanted.conj(), 1)), values[:3] ** 2, rtol=1e-8)
    whole = after(data, steps.CoilCompression(6))
    np.testing.assert_allclose(np.sum(np.abs(whole) ** 2, 0), np.sum(np.abs(data) ** 2, 0), rtol=1e-8)


BAD = [
    (COUNTS, steps.Crop("3:2"), "a region of data of 12 x 15, got '3:2'"),
    (COUNTS, steps.Crop("a:b"), "a region"),
    (COUNTS, steps.Crop(":, :, :"), "a region"),
    (COUNTS, steps.Bin((20,)), "blocks that fit"),
    (COUNTS, steps.Bin(()), "blocks that fit"),
    (COUNTS, steps.FlipAxis(2), "an axis of the data"),
    (COUNTS, steps.TransposeAxes((0, 0)), "each axis of the data once"),
    (COUNTS, steps.FlatField(FLATS, DARKS[:, :9]), r"FlatField\.dark like the views of the data, got 3 x 9"),
    (COUNTS, steps.FlatField(FLATS[:, None]), "like the views"),
    (COUNTS, steps.FlatField(DARKS, FLATS), "brighter than darks, got 15 of 15"),
    (COUNTS, steps.DarkField(np.full(15, np.nan)), r"finite values in DarkField\.dark"),
    (COUNTS, steps.DarkField(COUNTS), "which is all of them: one frame, or .*single=True"),
    (COUNTS, steps.FlatField(FLATS + 1j), "real numbers for FlatField.flat"),
    (COUNTS.astype(np.float32), steps.Rescale(1e-60), "become 0 in float32"),
    (COUNTS - 5000.0, steps.MinusLog(), "values above 0 for MinusLog.*Floor"),
    (COUNTS, steps.MinusLog(0.0), "incident beam above 0"),
    (COUNTS * 0, steps.Outliers(), "leave Outliers out"),
    (COUNTS, steps.Outliers(4), "odd number"),
    (COUNTS, steps.SortingStripes(51), "another size"),
    (COUNTS[0], steps.SortingStripes(3), "2 axes or more"),
    (COUNTS, steps.WaveletStripes(4), "at most 0 levels"),
    (COUNTS + 1j, steps.MinusLog(), "real data for MinusLog"),
    (COUNTS + 1j, steps.Floor(), "real data for Floor"),
    (COUNTS * 0, steps.Rescale(), "zeros"),
    (COUNTS, steps.Rescale(0.0), "leaves something"),
    (COUNTS.astype(np.float32), steps.Rescale(1e300), "finite values after the step Rescale"),
    (COUNTS, steps.Whitening(0.0), "a noise level above 0"),
    (COUNTS, steps.Whitening(FLATS), "12 coils, got 5 x 15"),
    (COUNTS, steps.Whitening(np.ones((12, 99))), "tells 12 coils apart"),
    (COUNTS, steps.CoilCompression(13), "at most 12"),
]


@pytest.mark.parametrize(("values", "step", "sentence"), BAD, ids=[f"{type(b[1]).__name__}-{b[2][:20]}" for b in BAD])
def test_what_cannot_go_through_a_step_is_refused_in_a_sentence(values, step, sentence):
    with pytest.raises(Refusal, match=sentence) as refused:
        after(values, step)
    assert len(str(refused.value)) <= 400


@pytest.mark.parametrize("name", catalog.members("step"))
def test_every_step_is_described_and_rebuilt(name):
    step = catalog.find("step", name)()
    source = Measured(COUNTS, steps=(step, step))
    assert describe(rebuild(describe(source), arrays_of(source))) == describe(source)
    words = spoken(source, Measured(), "data")
    again = altered(Measured(COUNTS), {p.removeprefix("data."): t for p, t in words.items() if "steps" in p}, ())
    assert describe(again) == describe(source)


def test_a_saved_run_has_its_steps_and_their_arrays(tmp_path):
    source = Measured(COUNTS, steps=(steps.FlatField(FLATS, DARKS), steps.MinusLog()))
    result = Experiment(source, Identity((1, 12, 15)), prior=Tikhonov(), algorithm=ConjugateGradient(), steps=3).run()
    storage.save(result, tmp_path / "run.nc")
    kept = storage.load(tmp_path / "run.nc")
    again = from_run(kept)
    assert describe(again.source) == describe(source)
    np.testing.assert_array_equal(again.run().x, result.x)
    notes = json.loads(kept.attrs["notes"])
    assert notes[1].startswith("FlatField: ") and kept["y"].attrs["units"] == "1"
    assert "limits" not in kept.attrs, "which would give counts back, of which nothing is left"


@pytest.fixture
def scan(tmp_path) -> str:
    import h5py

    with h5py.File(tmp_path / "scan.h5", "w") as file:
        file["exchange/data"] = COUNTS
        file["exchange/data"].attrs["units"] = "counts"
        file["exchange/data_white"], file["exchange/data_dark"] = FLATS, DARKS
        file["exchange/theta"] = np.linspace(0, 180, 12, endpoint=False)
    return str(tmp_path / "scan.h5")


def test_the_command_line_says_what_it_did(scan, tmp_path, capsys):
    words = ["run", "--data", f"{scan}::/exchange/data", "--operator", "Radon", "--steps", "1", "--json"]
    chain = {"": "FlatField,MinusLog", ".1.flat": f"{scan}::/exchange/data_white"}
    chain[".1.dark"] = f"{scan}::/exchange/data_dark"
    given = [("operator.angles", f"{scan}::/exchange/theta"), *((f"data.steps{p}", v) for p, v in chain.items())]
    words += [word for path, text in given for word in ("--set", f"{path}={text}")]
    words += ["--algorithm", "FilteredBackprojection", "--out", str(tmp_path / "run.nc")]
    assert main(words) == 0
    said = json.loads(capsys.readouterr().out)
    assert [note.partition(":")[0] for note in said["notes"]][1:] == ["FlatField", "MinusLog"]
    assert [step["type"] for step in said["spec"]["source"]["steps"]] == ["data.steps.FlatField", "data.steps.MinusLog"]
    kept = storage.load(tmp_path / "run.nc")
    np.testing.assert_allclose(kept.y[0, 0], -np.log(TRANSMITTED), rtol=1e-6)
    # Another chain for the saved run: the first step stays as it was.
    assert main(["run", str(tmp_path / "run.nc"), "--again", "--set", "data.steps=FlatField", "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)["spec"]["source"]["steps"]) == 1


@pytest.mark.parametrize(
    ("word", "sentence"),
    [
        ("data.steps=Crop,Logarithm", "Logarithm"),
        ("data.steps.1.region=1:", "which has 0.*name the members first"),
        ("data.steps=MinusLog", "values above 0 for MinusLog|incident"),
    ],
)
def test_the_command_line_refuses_a_chain_in_a_sentence(scan, word, sentence, capsys):
    words = ["run", "--data", f"{scan}::/exchange/data", "--operator", "Identity", "--set", word]
    words += ["--set", "data.steps.1.incident=-1"] if "MinusLog" in word else []
    assert main(words) == 2
    assert re.search(sentence, capsys.readouterr().err)


def test_steps_go_before_the_operator_is_fitted():
    source = Measured(COUNTS, steps=(steps.Crop(":, 1:"), steps.Bin((2,))))
    made = Experiment(source, Radon(angles=12), algorithm=FilteredBackprojection(), steps=1).fitted()
    assert made.operator.out_shape == (1, 12, 7) and made.operator.in_shape == (1, 7, 7)


@pytest.mark.parametrize(
    ("chain", "units"),
    [((0.5, 0.5), "4 counts"), ((0.5, 2.0), "1 counts"), ((-2.0,), "-0.5 counts")],
)
def test_what_1_stands_for_is_told_after_every_rescaling(chain, units):
    assert Measured(COUNTS, units="counts", steps=tuple(map(steps.Rescale, chain))).loaded().units == units


def test_whole_numbers_beyond_double_precision_are_said_to_be_rounded():
    odd = np.array([[2**53 + 1, 2**53 + 2, -(2**62) - 1, 3]])
    assert Measured(odd).loaded().notes == ("int64 as float64, 2 of 4 values rounded to 53 bits",)
    assert Measured(odd[:, 1::2]).loaded().notes == ("int64 as float64, the same values",)
