"""The sweep tab: the stores of the folder, planes through the best setting, a click on a cell, and its run opened."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from tests.patience import PATIENCE
from tests.sweeping import in_this_process
from workbench.app.sweep import SweepView
from workbench.data import Shipped
from workbench.experiment import Experiment
from workbench.live.session import Session
from workbench.operators import Identity
from workbench.parameters import changed, describe
from workbench.sweeps import spread, sweep, swept, with_seeds

pytest.importorskip("zarr")
JOB = Experiment(Shipped("camera", 16), Identity((1, 16, 16)), steps=3)
GRID = {"prior.weight": [1.0, 10.0, 100.0], "noise.sigma": [0.1, 0.05], "prior": ["TotalVariation", "Tikhonov"]}


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """A design, and the grid, which is the newest."""
    found = tmp_path_factory.mktemp("kept")
    axis = spread({"prior.weight": {"low": 1, "high": 100, "log": True}, "steps": {"low": 2, "high": 4}}, 5, True, 0)
    with in_this_process():
        swept(with_seeds(JOB, [axis], 1), found / "design.zarr")
        sweep(JOB, GRID, seeds=2, out=found / "grid.zarr")
    return found


def kept_in(runs: Path | None) -> Session:
    """A person's session who sees this folder of runs."""
    made = Session(JOB)
    made.runs = runs
    return made


@pytest.fixture
def session(folder) -> Iterator[Session]:
    made = kept_in(folder)
    yield made
    made.close()


@pytest.fixture
def view(session) -> Iterator[SweepView]:
    made = SweepView(session, lambda: None)
    wait(made, lambda: made.cells.table is not None)
    yield made
    made.close()


def wait(view: SweepView, ready: Callable[[], bool]) -> None:
    end = time.perf_counter() + PATIENCE
    while True:
        view.beat()
        if ready():
            break
        assert time.perf_counter() < end, view.cells.trouble() or "nothing came"
        time.sleep(0.005)
    view.beat()


def test_the_newest_store_is_read_and_a_map_goes_through_its_best_setting(view):
    assert view.store.options == ["grid.zarr", "design.zarr"]
    table, cells = view.cells.table, view.cells
    best = table.best(count=1)[0]
    assert cells.cell.index == best.index and (cells.across, cells.up) == ("prior.weight", "noise.sigma")
    values = table.dataset.psnr.values.mean(-1)
    held = GRID["prior"].index(best.words["prior"])
    shown = {(x, y): value for x, y, value in zip(*(view.map.source.data[n] for n in ("x", "y", "value")), strict=True)}
    # The places of an axis are those of its values in their order: 0.05 is below 0.1.
    assert shown == {(i, 1 - j): pytest.approx(values[i, j, held]) for i in range(3) for j in range(2)}
    place = GRID["prior.weight"].index(best.words["prior.weight"]), int(best.words["noise.sigma"] == 0.1)
    assert (view.map.frame.data["x"], view.map.frame.data["y"]) == place


def test_a_held_value_moves_the_plane_and_other_axes_are_chosen(view):
    view._held["prior"].value = "Tikhonov"
    view.beat()
    values = view.cells.table.dataset.psnr.values.mean(-1)[:, :, 1]
    assert sorted(view.map.source.data["value"]) == pytest.approx(sorted(values.ravel()))
    view.across.value = "prior"
    view.beat()
    assert view.up.options == ["prior.weight", "noise.sigma"] and list(view._held) == ["prior.weight"]
    view.quantity.value = "objective"
    view.beat()
    assert view.cells.best().mean == pytest.approx(view.cells.table.dataset.objective.values.mean(-1).min())


def test_a_click_takes_a_cell_in_hand_and_opens_its_run(view, session):
    heard: list[bool] = []
    view.opened = lambda: heard.append(True)
    view.map.source.selected.indices = [4]
    view.beat()
    cell = view.cells.cell
    assert cell == view.map._settings[4] and f"{cell.mean:.5g}" in view.told.sentence
    np.testing.assert_allclose(view.cells.picture(), view.cells.table.dataset.x.values[cell.index][0, 0])
    view.quantity.value = "objective"
    view.beat()
    height = view.cells.table.dataset.objective.values[cell.index[:-1]].mean()
    assert view.cells.cell.index == cell.index and f"objective {height:.5g}" in view.told.sentence
    view.open.clicks += 1
    wanted = view.cells.table.experiment(cell.index)
    assert heard and describe(session.experiment) == describe(changed(wanted, device=session.experiment.device))


def test_parallel_axes_have_a_line_a_setting_and_take_clicks(view):
    view.look.value = "parallel axes"
    view.beat()
    assert (
        len(view.lines.source.data["xs"]) == 12 and view.lines.plot.xaxis[0].major_label_overrides[0] == "prior.weight"
    )
    view.lines.source.selected.indices = [7]
    view.beat()
    assert view.cells.cell == view.lines._settings[7]
    assert view.lines.hand.data["ys"] == [view.lines.source.data["ys"][7]]


def test_a_design_is_drawn_as_points_over_one_parameter(view):
    view.store.value = "design.zarr"
    wait(view, lambda: view.cells.table is not None and not view.cells.table.is_grid and view.cells.sight() is not None)
    table = view.cells.table
    np.testing.assert_allclose(view.points.source.data["y"], table.dataset.psnr.values[:, 0])
    np.testing.assert_allclose(view.points.source.data["x"], np.log10(table.dataset["prior.weight"].values))
    view.across.value = "steps"
    view.beat()
    np.testing.assert_allclose(view.points.source.data["x"], table.dataset.steps.values)


def test_without_a_folder_or_a_sweep_the_tab_says_how_to_have_one(tmp_path):
    for runs, word in ((None, "--runs FOLDER"), (tmp_path, "--keep")):
        session = kept_in(runs)
        view = SweepView(session, lambda: None)
        view.beat()
        assert word in view.awaiting.words.sentence and view.open.disabled
        view.close()
        session.close()


def test_a_folder_that_only_looks_like_a_store_is_said(tmp_path):
    (tmp_path / "broken.zarr").mkdir()
    (tmp_path / "broken.zarr" / "zarr.json").write_text("{")
    session = kept_in(tmp_path)
    view = SweepView(session, lambda: None)
    wait(view, lambda: bool(view.cells.trouble()))
    assert "which is none" in view.complaint.sentence
    view.close()
    session.close()
