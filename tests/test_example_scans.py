"""Example scans: what is in them, what comes out, and the ways to them."""

import importlib.util
import json

import numpy as np
import pytest
import torch

from workbench.cli import main
from workbench.data import ExampleScan, Measured, centre, example_array, example_info, noise_level
from workbench.data.example_files.example_scan import EXAMPLES
from workbench.example_scans import example
from workbench.experiment import from_run
from workbench.live.address import from_address, to_address
from workbench.live.telling import python
from workbench.operators import Radon
from workbench.parameters import changed, describe
from workbench.refusal import Refusal
from workbench.sweeps import slices

NAMES = tuple(EXAMPLES)


@pytest.mark.parametrize("name", NAMES)
def test_an_example_is_measured_data_with_units_that_its_operator_explains(name):
    made = example(name)
    loaded = made.source.loaded()
    assert loaded.units and made.truth is None and not loaded.tensor.is_complex()
    problem = made.problem(loaded.tensor)
    assert problem.y.shape[1:] == made.operator.out_shape and made.algorithm.unmet(problem) == ""
    assert all(getattr(example_info(name), word) for word in ("title", "about", "licence", "origin"))


def test_the_tilt_series_is_what_its_numbers_say():
    made = example("tilt_series")
    sinogram, operator = made.source.loaded().tensor.numpy(), made.operator
    assert isinstance(operator, Radon) and sinogram.shape == (77, 128) and operator.pixel == 3.36
    np.testing.assert_array_equal(operator.angles, np.arange(-76, 77, 2))
    assert abs(float(np.r_[sinogram[:, :10].ravel(), sinogram[:, -10:].ravel()].mean())) < 3, (
        "nothing beside the needle"
    )
    axis = centre.found(sinogram, np.array(operator.angles))
    assert abs(axis.offset - operator.offset) < axis.error
    level = noise_level.of_wavelets(sinogram)
    assert abs(level.sigma - made.noise.sigma) < level.error


def test_views_that_were_held_out_are_foretold():
    made = example("tilt_series")
    y, angles = made.source.loaded().tensor, np.array(made.operator.angles)
    held = np.arange(77) % 7 == 3
    seen, other = (changed(made.operator, angles=tuple(angles[m])) for m in (~held, held))
    x = torch.from_numpy(changed(made, source=Measured(y[~held]), operator=seen).run().x.values)
    assert float((other(x)[0, 0] - y[held]).norm() / y[held].norm()) < 0.02
    direct = seen.filtered_backprojection(y[~held][None, None], "hann")
    assert float((other(direct)[0, 0] - y[held]).norm() / y[held].norm()) > 0.1, "a wedge was not seen"
    assert float(x.min()) > -0.01 * float(x.max())


def test_bars_come_nearer_to_their_truth():
    made, truth = changed(example("bars"), steps=25), example_array("bars", "truth").numpy()
    y = made.source.loaded().tensor.numpy()
    x = made.run().x.values[0, 0]
    assert float(made.operator.kernel.sum()) == pytest.approx(1)
    assert correlation(y, truth) == pytest.approx(0.4019, abs=1e-4), "of the files, by NumPy alone"
    assert correlation(x, truth) > correlation(y, truth) + 0.1


def correlation(one, other):
    return float(np.corrcoef(one.ravel(), other.ravel())[0, 1])


@pytest.mark.parametrize("name", ["tilt_series", "ecg"])
def test_a_run_is_rebuilt_by_the_name_of_the_example_bit_for_bit(name):
    run = changed(example(name), steps=3).run()
    assert "site-packages" not in run.attrs["spec"] and json.loads(run.attrs["spec"])["source"]["data"] == name
    again = from_run(run)
    assert isinstance(again.source, ExampleScan)
    np.testing.assert_array_equal(again.run().x, run.x)


@pytest.mark.parametrize("name", NAMES)
def test_an_address_and_python_lead_back(name):
    made = changed(example(name), steps=7)
    assert describe(from_address(to_address(made))) == describe(made)
    shared = f"example={name}"
    assert describe(from_address(shared)) == describe(example(name))
    space: dict = {}
    exec(python(made).replace(".run()", ""), space)
    assert describe(space["result"]) == describe(made)


def test_an_address_takes_another_slice_and_other_parts():
    query = "example=tilt_series&data.variable=exchange/data[:, 3]&prior.first.weight=0.2&operator.offset=0"
    made = from_address(query)
    assert made.source.variable == "exchange/data[:, 3]" and made.prior.first.weight == 0.2
    assert made.operator.offset == 0 and len(made.operator.angles) == 77
    assert describe(from_address(to_address(made))) == describe(made)
    assert from_address("example=bars&noise=Gaussian&algorithm=Landweber").operator.in_shape == (1, 32, 64, 64)


@pytest.mark.parametrize(
    ("query", "sentence"),
    [("example=tilt", "tilt_series"), ("example=tilt_series&data.variable=exchange/data[:, 99]", "count from 0")],
)
def test_a_wrong_example_or_slice_is_a_sentence(query, sentence):
    with pytest.raises(Refusal, match=sentence):
        from_address(query)


def test_a_package_that_is_missing_is_named_with_what_brings_it(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(Refusal, match=r"inverse-workbench\[examples\]"):
        example("bars")
    assert "flowdec" in example_info("bead").missing


def test_the_command_lists_tells_and_copies(tmp_path, capsys):
    assert main(["examples", "list"]) == 0 and main(["examples", "show", "tilt_series"]) == 0
    told = capsys.readouterr().out
    assert all(name in told for name in NAMES) and "pixel=3.36" in told and "NIST" in told
    folder = tmp_path / "bars"
    assert main(["examples", "copy", "bars", "--out", str(folder), "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)["files"]) == 3
    for part, path in example_info("bars").files.items():
        copy = folder / path.rpartition("/")[2]
        assert copy.read_bytes() == example_info("bars").path(part).read_bytes()
    wrong = (["copy", "bars", "--out", str(folder)], ["copy", "bars"], ["show"], ["show", "tilt"], ["open", "bars"])
    assert [main(["examples", *words]) for words in wrong] == [2] * len(wrong)


def test_run_begins_with_an_example(tmp_path, capsys):
    words = ["run", "--example", "tilt_series", "--set", "data.variable=exchange/data[:, 3]", "--steps", "2", "--json"]
    assert main(words) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["psnr"] is None and told["spec"]["operator"]["pixel"] == 3.36
    assert main([*words, "--out", str(tmp_path / "a.nc")]) == 0
    assert main(["run", str(tmp_path / "a.nc"), "--example", "ecg"]) == 2
    assert "leave one out" in capsys.readouterr().err


def test_its_slices_are_an_axis_of_a_sweep():
    axis = slices(example("tilt_series"), 3, 4)
    assert [place["source.variable"] for place in axis.choices] == ["exchange/data[:, 3]", "exchange/data[:, 4]"]
