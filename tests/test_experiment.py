"""A whole experiment as one describable object."""

import dataclasses
import json
import pickle
import shutil

import numpy as np
import pytest

from workbench import figures, storage
from workbench.algorithms import FISTA, ConjugateGradient
from workbench.analysis import standard
from workbench.data import Array, File, Measured, Shipped
from workbench.experiment import Experiment, fit, from_description, from_run, part
from workbench.noise import Poisson
from workbench.operators import Adjoint, Composition, Downsample, GaussianBlur, Identity, Radon
from workbench.parameters import as_code, changed, describe
from workbench.priors import Tikhonov, TotalVariation
from workbench.refusal import Refusal
from workbench.run import Quantity, reads, run

SMALL = Experiment(
    Shipped("shepp_logan", 16), Radon((1, 16, 16), (0.0, 45.0, 90.0)), Poisson(), TotalVariation(2.0), FISTA(), 3, 7
)


def test_the_default_fits_together():
    experiment = Experiment()
    assert experiment.operator.in_shape == tuple(experiment.truth.tensor().shape[1:])
    assert not experiment.algorithm.unmet(experiment.problem())


@pytest.mark.parametrize("experiment", [Experiment(), SMALL])
def test_a_description_rebuilds_the_experiment(experiment):
    text = json.dumps(describe(experiment))
    assert describe(from_description(json.loads(text))) == describe(experiment)
    assert describe(pickle.loads(pickle.dumps(experiment))) == describe(experiment)


def test_the_code_of_an_experiment_builds_it():
    import workbench.experiment
    from workbench import algorithms, data, noise, operators, priors

    names = {"algorithms": algorithms, "data": data, "noise": noise, "operators": operators, "priors": priors}
    built = eval(as_code(SMALL), names | {"experiment": workbench.experiment})
    assert describe(built) == describe(SMALL)


def test_what_a_description_leaves_out_is_the_default():
    found = from_description({"steps": 5})
    assert describe(found) == describe(Experiment(steps=5))


def test_a_run_records_quality_and_is_repeated_by_its_own_spec():
    result = SMALL.run()
    assert list(result.k.values) == [0, 1, 2, 3]
    assert {"objective", "misfit", "prior", "residual", "psnr", "ssim", "x", "y", "truth"} <= set(result)
    again = from_description(json.loads(result.attrs["spec"])).run(every=2)
    assert list(again.k.values) == [0, 2, 3], "the last iteration is always there"
    np.testing.assert_array_equal(again["x"], result["x"])


def test_a_saved_run_rebuilds_problem_and_algorithm(tmp_path):
    result = SMALL.run()
    storage.save(result, tmp_path / "run.nc")
    problem, algorithm, numbers = storage.rebuild_run(storage.load(tmp_path / "run.nc"))
    assert numbers == {"steps": 3, "seed": 7}
    assert describe(algorithm) == describe(SMALL.algorithm)
    np.testing.assert_array_equal(problem.y, SMALL.problem().y)


def test_operators_follow_the_signal():
    assert SMALL.fitted((1, 32, 32)).operator.in_shape == (1, 32, 32)
    assert SMALL.fitted((1, 16, 16)).operator is SMALL.operator
    composed = Composition(Identity((1, 16, 16)), Identity((1, 16, 16)))
    assert fit(composed, (1, 16, 16)) is composed
    assert fit(composed, (1, 8, 8)).outer.in_shape == (1, 8, 8)
    narrowed = fit(Composition(Identity((1, 8, 8)), Downsample((1, 16, 16))), (1, 32, 32))
    assert (narrowed.in_shape, narrowed.outer.in_shape) == ((1, 32, 32), (1, 16, 16))
    with pytest.raises(Refusal, match="or its parts, in that shape"):
        fit(Adjoint(Downsample((1, 16, 16))), (1, 4, 4))


def test_parts_by_name():
    blur = part("operator", "GaussianBlur", (3, 8, 8), width=2.5)
    assert isinstance(blur, GaussianBlur)
    assert (blur.in_shape, blur.width) == ((3, 8, 8), 2.5)
    assert part("prior", "Tikhonov", (1, 8, 8), weight=3.0).weight == 3.0


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda: part("prior", "TotalVaration", (1, 8, 8)), "TotalVariation"),
        (lambda: Experiment(steps=0), "whole number"),
        (lambda: changed(SMALL, device="cuda:99").problem(), "a device of this machine"),
        (lambda: changed(SMALL, truth=Shipped("camera", 32)).problem(), "16 x 16"),
        (lambda: changed(SMALL, algorithm=ConjugateGradient()).run(), "ConjugateGradient needs"),
        (lambda: from_description({"type": "priors.Tikhonov"}), "description of an experiment"),
        (lambda: from_description({"operator": describe(Tikhonov())}), "operator"),
        (lambda: from_description({"operator": {"type": "os.system"}}), "public class"),
    ],
)
def test_what_does_not_fit_is_refused_in_a_sentence(make, sentence):
    with pytest.raises(Refusal, match=sentence):
        make()


def test_a_run_of_a_file_keeps_what_was_done_to_it(tmp_path):
    """Notes, the limits that give its units back, and where it has no value: through a file and back."""
    import zarr

    kelvin = np.linspace(250, 300, 480).reshape(20, 24).astype(np.float32)
    kelvin[3:5, 4:9] = -999
    zarr.create_array(tmp_path / "t.zarr", data=kelvin).attrs["_FillValue"] = -999.0
    experiment = Experiment(File(str(tmp_path / "t.zarr")), Identity((1, 20, 24)), prior=Tikhonov(), steps=2)
    storage.save(experiment.run(), tmp_path / "run.nc")
    found = storage.load(tmp_path / "run.nc")
    notes, (low, high) = json.loads(found.attrs["notes"]), found.attrs["limits"]
    assert "10 of 480 values are missing (_FillValue -999)" in notes[0] and "scaled from [250, 300]" in notes[1]
    known = kelvin != -999
    np.testing.assert_allclose((low + (high - low) * found["truth"].values[0, 0])[known], kelvin[known], rtol=1e-6)
    assert found["missing"].dtype == bool and np.array_equal(found["missing"].values[0, 0], ~known)
    assert np.isfinite(found["x"]).all() and "notes" not in SMALL.run().attrs
    shutil.rmtree(tmp_path / "t.zarr")
    again = from_run(found).run()
    assert json.loads(again.attrs["notes"]) == notes and list(again.attrs["limits"]) == [low, high]
    np.testing.assert_array_equal(again["missing"], found["missing"])


def test_a_figure_draws_what_was_recorded():
    problem = SMALL.problem()
    bare = dataclasses.replace(problem, truth=None)
    for result in (
        run(bare, SMALL.algorithm, steps=2),
        run(problem, SMALL.algorithm, lambda p, s: {"size": s.x.flatten(1).norm(dim=1)}, steps=2),
        SMALL.run(),
    ):
        assert figures.png(result)[:4] == b"\x89PNG"


@reads(Quantity("Contrast", ("contrast",), "contrast", "%"))
def contrast(problem, state):
    return {"contrast": 100 * state.x.flatten(1).std(1)}


def test_a_probe_says_what_it_reads_in_figures_and_files(tmp_path):
    storage.save(SMALL.run(*standard(SMALL.problem()), contrast), tmp_path / "run.nc")
    found = storage.load(tmp_path / "run.nc")
    assert found["contrast"].attrs == {"long_name": "contrast", "units": "%"}
    assert found["psnr"].attrs == {"long_name": "PSNR", "units": "dB"} and found["residual"].attrs["long_name"]
    drawn = figures.render(found, "svg").decode()
    assert all(f"<!-- {label} -->" in drawn for label in ("contrast, %", "PSNR, dB", "SSIM"))
    assert "<!-- |Ax" not in drawn  # one curve of quality, where there is a truth


def test_a_saved_run_goes_on_when_its_file_is_gone_or_another(tmp_path):
    own = np.add.outer(np.linspace(0, 0.5, 32), np.linspace(0, 0.5, 32)).astype(np.float32)
    np.save(tmp_path / "own.npy", own)
    first = Experiment(File(str(tmp_path / "own.npy")), Identity((1, 32, 32)), steps=3).run()
    assert isinstance(from_run(first).truth, File)
    np.save(tmp_path / "own.npy", own[::-1])
    assert isinstance(from_run(first).truth, Array)
    (tmp_path / "own.npy").unlink()
    again = from_run(first).run()
    np.testing.assert_array_equal(again["x"], first["x"])
    storage.save(again, tmp_path / "again.nc")
    third = from_run(storage.load(tmp_path / "again.nc")).run()
    np.testing.assert_array_equal(third["x"], first["x"])


def test_a_run_of_data_alone_is_an_experiment_with_measured_data():
    bare = dataclasses.replace(SMALL.problem(), truth=None)
    result = run(bare, SMALL.algorithm, steps=1, seed=7)
    found = from_run(result)
    assert isinstance(found.source, Measured) and (found.truth, found.seed, found.steps) == (None, 7, 1)
    np.testing.assert_array_equal(found.run()["x"], result["x"])


def test_a_run_with_a_truth_that_no_signal_gave_is_refused_as_an_experiment():
    with pytest.raises(Refusal, match="rebuild_run"):
        from_run(run(SMALL.problem(), SMALL.algorithm, steps=1))
