"""A sweep that was kept: its best settings by hand, the experiment of a cell, the slices of a volume, its figures."""

import json
from collections.abc import Iterator
from pathlib import Path

import holoviews as hv
import numpy as np
import pytest
import torch
import xarray as xr

from tests.sweeping import in_this_process
from workbench import data, plots
from workbench.algorithms import GradientDescent
from workbench.cli import main
from workbench.data import Measured, Shipped
from workbench.experiment import Experiment
from workbench.operators import GaussianBlur, Identity
from workbench.parameters import changed, describe
from workbench.priors import Tikhonov, TotalVariation
from workbench.refusal import Refusal
from workbench.sweeps import opened, plan, slices, spread, sweep, swept, with_seeds
from workbench.sweeps.cell import CellOutcome
from workbench.sweeps.store import Store

pytest.importorskip("zarr")
JOB = Experiment(Shipped("camera", 16), Identity((1, 16, 16)), steps=4)
GRID = {"prior.weight": [1.0, 10.0, 100.0], "prior": ["TotalVariation", "Tikhonov"]}


@pytest.fixture(scope="module", autouse=True)
def without_processes() -> Iterator[None]:
    with in_this_process():
        yield


@pytest.fixture(scope="module")
def store(tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("sweep") / "s.zarr"
    sweep(JOB, GRID, seeds=3, out=out)
    return out


@pytest.fixture(scope="module")
def design(tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("design") / "d.zarr"
    axis = spread({"prior.weight": {"low": 1, "high": 100, "log": True}, "steps": {"low": 2, "high": 5}}, 6, True, 0)
    swept(with_seeds(JOB, [axis], 2), out)
    return out


def test_the_best_settings_are_those_of_a_sort_by_hand(store):
    found = opened(store)
    values = xr.open_zarr(store, consolidated=False).psnr.values
    order = np.argsort(-values.mean(-1), axis=None)
    best = found.best(count=2)
    for row, place in zip(best, order, strict=False):
        i, j = np.unravel_index(place, values.shape[:2])
        assert row.index == (i, j, 0) and row.count == 3
        assert row.words == {"prior.weight": GRID["prior.weight"][i], "prior": GRID["prior"][j]}
        assert (row.mean, row.deviation) == pytest.approx((values[i, j].mean(), values[i, j].std(ddof=1)))
    least = found.best("objective", 1)[0]
    assert least.mean == pytest.approx(found.dataset.objective.values.mean(-1).min())


def test_a_cell_is_found_by_what_a_person_writes_and_gives_its_experiment(store):
    found = opened(store)
    index = found.at({"prior.weight": "1e1", "prior": "Tikhonov", "seed": "2"})
    assert index == (1, 1, 2)
    wanted = changed(JOB, prior=Tikhonov(10.0), seed=2)
    assert describe(found.experiment(index)) == describe(wanted)
    assert float(found.dataset.psnr[index]) == pytest.approx(float(wanted.run().psnr[-1, 0]), rel=1e-5)
    with pytest.raises(Refusal, match=r"11.*it has 1"):
        found.at({"prior.weight": "11"})
    with pytest.raises(Refusal, match=r"prior\.wieght"):
        found.at({"prior.wieght": "1"})


def test_units_and_axes_are_kept(store):
    found = opened(store).dataset
    assert found.psnr.attrs == {"long_name": "PSNR", "units": "dB"}
    assert found.x.dims[3:] == JOB.run().x.dims


def test_what_is_no_store_and_one_without_a_cell_are_refused(tmp_path):
    for path in (tmp_path / "none.zarr", tmp_path):
        with pytest.raises(Refusal, match="which is none"):
            opened(path)
    Store(plan(JOB, {"prior.weight": [1.0]}), tmp_path / "begun.zarr")
    begun = opened(tmp_path / "begun.zarr")
    assert begun.counts() == {"done": 0, "failed": 0, "left": 1}
    with pytest.raises(Refusal, match="0 failed, 1 left: run the sweep first"):
        begun.best()


def test_the_command_lists_draws_and_takes_a_cell_out(store, tmp_path, capsys):
    assert main(["sweep", str(store), "--best", "1", "--figures", str(tmp_path / "f"), "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    best = opened(store).best(count=1)[0]
    assert said["best"] == [
        {"words": best.words, "mean": best.mean, "deviation": best.deviation, "done": 3, "seeds": 3}
    ]
    assert said["cells"] == {"done": 18, "failed": 0, "left": 0}
    assert {path.name for path in (tmp_path / "f").iterdir()} == {"parallel.svg", "settings.csv", "sweep.svg"}
    assert len((tmp_path / "f" / "settings.csv").read_text().splitlines()) == 7
    words = ["sweep", str(store), "--cell", "prior.weight=100", "--cell", "seed=1"]
    assert main(words) == 0
    scope: dict = {}
    exec(capsys.readouterr().out, scope)
    assert float(scope["result"].psnr[-1, 0]) == pytest.approx(float(opened(store).dataset.psnr[2, 0, 1]), rel=1e-5)
    assert main([*words, "--out", str(tmp_path / "run.nc")]) == 0
    assert xr.open_dataset(tmp_path / "run.nc").psnr.values[-1] == pytest.approx(scope["result"].psnr.values[-1])


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--out", "again.zarr"], "which is a store"),
        (["--cell", "prior.weight"], "PATH=VALUE"),
        (["--quantity", "psnrr"], "psnr"),
        (["--best", "0"], "from 1"),
    ],
)
def test_what_cannot_be_asked_of_a_store_is_one_sentence(words, said, store, capsys):
    assert main(["sweep", str(store), *words]) == 2
    assert said in capsys.readouterr().err


def test_parallel_axes_show_a_line_a_setting_with_the_best_on_top(store, design):
    for path, count in ((store, 6), (design, 6)):
        found = opened(path)
        drawn = plots.parallel(found.dataset)
        lines = drawn.Contours.I.split(datatype="columns")
        assert len(lines) == count
        assert float(lines[-1]["psnr"]) == pytest.approx(found.best(count=1)[0].mean)
        for backend in plots.style.BACKENDS:
            assert hv.render(drawn, backend=backend) is not None
    weights = [
        float(line["height"][0]) for line in plots.parallel(opened(store).dataset).Contours.I.split(datatype="columns")
    ]
    assert set(np.round(weights, 12)) == {0, 0.5, 1}  # 1, 10, 100 on a logarithmic axis


def test_a_design_is_drawn_over_each_of_its_parameters(design):
    drawn = plots.sweep(opened(design).dataset)
    assert [str(scatter.kdims[0]) for scatter in drawn] == ["prior.weight", "steps"]


@pytest.fixture
def volume(tmp_path) -> tuple[str, np.ndarray]:
    """Twelve pictures beside one another along the middle axis of an array in a file."""
    h5py = pytest.importorskip("h5py")
    values = np.random.default_rng(0).random((16, 12, 16)).astype(np.float32)
    with h5py.File(tmp_path / "v.h5", "w") as file:
        file["exchange/data"] = values
    return str(tmp_path / "v.h5"), values


def test_slices_of_a_file_are_the_runs_of_each_and_give_the_volume(volume, tmp_path, monkeypatch):
    path, values = volume
    monkeypatch.setattr("workbench.sweeps.store._LARGEST", 0)  # a volume is kept however large it is
    source = Measured(path, "exchange/data[:, 0]")
    job = Experiment(source, Identity((1, 16, 16)), prior=TotalVariation(5.0), steps=5)
    found = swept(plan(job, {"prior.weight": [1.0, 5.0]}, others=[slices(job, 2, 10, 4)]), tmp_path / "v.zarr")
    assert found.slice.values.tolist() == [2, 6, 10] and found.x.dims[1] == "slice"
    for place, number in enumerate((2, 6, 10)):
        y = torch.from_numpy(values[:, number].copy())
        alone = changed(job, source=Measured(y), prior=TotalVariation(1.0)).run()
        np.testing.assert_allclose(found.x.values[0, place, 0], alone.x.values, atol=1e-6)
    again = opened(tmp_path / "v.zarr")
    assert again.dataset.slice.values.tolist() == [2, 6, 10]
    assert again.experiment(again.at({"slice": "6"})).source.variable == "exchange/data[:, 6]"


def test_slices_are_all_unless_some_are_named_and_what_is_no_slice_is_refused(volume, tmp_path, capsys):
    path, _ = volume
    assert data.beside(path, "exchange/data[:, 3]")[-1] == "exchange/data[:, 11]"
    job = Experiment(Measured(path, "exchange/data[:, 0]"), Identity((1, 16, 16)))
    assert slices(job).numbers == tuple(range(12))
    with pytest.raises(Refusal, match="one slice"):
        data.beside(path, "exchange/data")
    with pytest.raises(Refusal, match="slice of a file"):
        slices(JOB)
    with pytest.raises(Refusal, match="0 to 11"):
        slices(job, 0, 12)
    spec = f"experiment: --data {path}::/exchange/data[:,0] --operator Identity --steps 2 --set noise.sigma=0.1\n"
    for said, words in (("slices: all", ""), ("slices: {frst: 0}", "frst"), ("slices: 3", "slices: all")):
        (tmp_path / "s.yaml").write_text(f"{spec}{said}")
        status = main(["sweep", str(tmp_path / "s.yaml"), "--out", str(tmp_path / "o.zarr"), "--json"])
        told = capsys.readouterr()
        assert (status == 2 and words in told.err) if words else json.loads(told.out)["done"] == 12


def test_a_cell_that_diverges_has_failed_and_leaves_no_figures(tmp_path):
    job = changed(JOB, operator=GaussianBlur((1, 16, 16), 1.0), prior=Tikhonov(), algorithm=GradientDescent(), steps=40)
    found = sweep(job, {"algorithm.step_size": [1e-4, 1000.0]}, seeds=2, out=tmp_path / "s.zarr")
    assert found.status.values.tolist() == [[1, 1], [2, 2]] and np.isnan(found.psnr.values[1]).all()
    table = opened(tmp_path / "s.zarr")
    assert len(table.best()) == 1 and "bounded" in table.failures()[0]


def _with_failures(path, values) -> Path:
    """A store in which the cells have these values of psnr, a row a setting; a cell of None has failed."""
    made = plan(JOB, {"prior.weight": [float(i) for i in range(1, len(values) + 1)]}, len(values[0]))
    outcomes = {
        (i, j): CellOutcome(sentence="it broke") if value is None else CellOutcome({"psnr": value})
        for i, row in enumerate(values)
        for j, value in enumerate(row)
    }
    Store(made, path).write(outcomes)
    return path


def test_settings_with_a_seed_that_failed_come_last_and_say_so(tmp_path, capsys):
    path = _with_failures(tmp_path / "s.zarr", [[21.0, None, float("-inf")], [20.0, 20.1, 20.2], [19.0, 19.0, 19.0]])
    best = opened(path).best()
    assert [(each.index[0], each.count) for each in best] == [(1, 3), (2, 3), (0, 1)]
    assert main(["sweep", str(path)]) == 0
    said = capsys.readouterr().out
    assert "failed: it broke" in said and "1 of 3" in said
    drawn = plots.sweep(opened(path).dataset)
    np.testing.assert_allclose(drawn.Spread.I.dimension_values(1), [21.0, 20.1, 19.0])
    assert drawn.Spread.I.dimension_values(2)[1] == pytest.approx(best[0].deviation) == pytest.approx(0.1)


def test_a_sweep_of_which_every_cell_failed_says_why(tmp_path, capsys):
    path = _with_failures(tmp_path / "s.zarr", [[None, None]])
    assert main(["sweep", str(path)]) == 0
    assert "2 failed, 0 left\nfailed: it broke" in capsys.readouterr().out
    assert main(["sweep", str(path), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["failures"] == ["it broke"]
    with pytest.raises(Refusal, match="2 failed, 0 left: the first one said: it broke"):
        opened(path).best()


@pytest.mark.parametrize(
    "told", ["not json", "{}", '{"axes": [], "job": {}}', '{"axes": [{"name": "a", "choices": []}]}']
)
def test_a_damaged_description_of_a_store_is_one_sentence(told, tmp_path):
    path = _with_failures(tmp_path / "s.zarr", [[1.0]])
    zarr = pytest.importorskip("zarr")
    zarr.open_group(path, mode="r+").attrs["sweep"] = told
    with pytest.raises(Refusal, match="damaged"):
        opened(path)


@pytest.mark.parametrize(
    ("spec", "words", "said"),
    [
        ("grid: {prior.weight: [1]}", ["--best", "3"], "--best with a store"),
        ("grid: {prior.weight: [1]}", ["--cell", "seed=0"], "--cell with a store"),
        ("{experiment: '--steps 3 \"', grid: {prior.weight: [1]}}", [], "close the quotation"),
        ("slices: {first: true}", [], "slices: all"),
    ],
)
def test_what_a_sweep_that_is_to_be_run_cannot_take_is_one_sentence(spec, words, said, tmp_path, capsys):
    (tmp_path / "s.yaml").write_text(spec)
    assert main(["sweep", str(tmp_path / "s.yaml"), "--out", str(tmp_path / "o.zarr"), *words]) == 2
    assert said in capsys.readouterr().err
