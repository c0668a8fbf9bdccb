"""What pinned runs and sweeps say beside a run, of runs and tables written out by hand."""

import math
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from tests.app.conftest import frame
from tests.live.by_hand import session
from workbench.jobs import Status
from workbench.live.frames import ProblemPictures
from workbench.live.pins.beside import AllBeside
from workbench.live.pins.one_beside import OneBeside
from workbench.live.saved.sweep_cells import SweepCells
from workbench.sweeps import SettingResult


def beside(*each: OneBeside, **given: object) -> AllBeside:
    """What stands beside each other, made by hand."""
    kind = type("ByHand", (AllBeside,), {"all": property(lambda self: self.there)})
    made = kind.__new__(kind)
    made.there = {one.key: one for one in each}
    made._session = SimpleNamespace(pins=SimpleNamespace(all=()))
    made.turned, made._pictures = SimpleNamespace(look="", limits=None), None
    made.chosen, made._known = ("truth", "now"), ("data",)
    return made


def one(
    key: str, fill: float | None = 0.5, label: str = "", shape: tuple[int, ...] = (2, 2), **given: object
) -> OneBeside:
    return OneBeside(key, label or key, None if fill is None else np.full(shape, fill), **given)


def test_at_most_four_stand_beside_each_other_and_a_new_pin_joins_where_there_is_room():
    made = beside(*(one(key) for key in ("truth", "data", "now", "1", "2")))
    assert made.choose(("truth", "now", "1", "2")) == ""
    assert made.choose(("truth", "data", "now", "1", "2")) == "At most 4 beside each other: the first was left out."
    assert made.chosen == ("data", "now", "1", "2")
    made.chosen = ("truth", "now", "gone")
    made.follow()
    assert made.chosen == ("truth", "now", "1", "2")
    made.there["3"] = one("3")
    made.chosen = ("now",)
    made.follow()
    assert made.chosen == ("now", "3"), "1 and 2 were known, and are not wanted"
    made.there["now"] = one("now", None)
    assert [each.key for each in made.shown()] == ["3"]


def test_pictures_share_the_scale_of_the_truth_or_of_all():
    made = beside(one("now", -0.5), one("1", 2.0))
    made.chosen = ("now", "1")
    assert made.limits() == (-1, 2.5), "each by its extent, half beside one value"
    made._pictures = SimpleNamespace(truth=np.array([0.0, 0.5]))
    assert made.limits() == (0, 1)
    made._session.pins.all = (SimpleNamespace(run=SimpleNamespace(truth=np.array([0.0, 3.0]))),)
    assert made.limits() == (0, 3)
    made._session.pins.all = (SimpleNamespace(run=SimpleNamespace(truth=None, picture=np.array([-2.0, 0.0]))),)
    assert made.limits() == (-2, 1)
    empty = beside()
    assert empty.limits() == (0, 1)
    empty.turned = SimpleNamespace(look="Interval width", limits=lambda shown: (0.0, 7.0))
    assert empty.limits() == (0, 7)


def test_differences_are_taken_to_one_of_them_on_one_scale_around_nothing():
    made = beside(
        one("truth", 1.0, "truth"), one("now", 0.25), one("1", 1.5, shape=(2, 2)), one("2", 9.0, shape=(3, 3))
    )
    made.chosen = ("truth", "now", "1", "2")
    found, limits, said = made.differences("truth")
    assert [(each.key, float(d.mean())) for each, d in found] == [("now", -0.75), ("1", 0.5)]
    assert limits == (-0.75, 0.75) and said == "Of another size than truth: 2."
    colour = beside(one("truth", 1.0, shape=(2, 2, 3)), one("now", 0.5, shape=(2, 2, 3)))
    (pair,), limits, said = colour.differences("truth")
    assert pair[1].shape == (2, 2) and limits == (-0.5, 0.5) and said == ""
    for nothing in (made.differences("gone"), beside(one("truth", None)).differences("truth")):
        assert nothing == ([], (-1, 1), "There is nothing to take differences to yet.")


def test_curves_of_other_problems_are_left_out_and_said():
    columns = {"k": np.arange(3), "objective": np.array([4.0, 2.0, 1.0]), "psnr": np.arange(3.0)}
    now = one("now", columns=columns, objective_key="a", problem_key="p", truth_key="t", label="this run")
    same, other = (
        replace(now, key="1", label="same"),
        replace(now, key="2", label="other", objective_key="b", truth_key="u"),
    )
    made = beside(one("truth"), now, same, other)
    runs, said = made.curves("objective")
    assert [run.key for run in runs] == ["now", "1"] and said == "Not drawn, since of another problem: other."
    assert made.curves("psnr")[1] == "Not drawn, since against another truth: other."
    assert made.curves("seconds")[1] == "" and len(made.curves("seconds")[0]) == 3
    assert [run.key for run in beside(one("truth"), other).curves("objective")[0]] == ["2"]
    assert made.values(now, "psnr") is columns["psnr"]
    np.testing.assert_allclose(made.values(now, "excess"), [3, 1, 0])
    assert made.values(replace(now, columns={}), "excess") is None
    assert made.mark(now) == 2 and made.mark(replace(now, diverged=True)) is None
    made.there["1"] = replace(same, columns=columns | {"objective": np.array([4.0, 0.5, 0.5])})
    assert made.mark(now) is None and made.mark(made.there["1"]) == 1


def kept(grid: bool = True, **given: object) -> SimpleNamespace:
    settings = [
        SettingResult((i, j, 0), {"a": a, "b": b}, 10.0 * i + j, 0.5, 2, 2)
        for i, a in enumerate((1.0, 2.0)) for j, b in enumerate(("x", "y", "z"))
    ]  # fmt: skip
    plain = {
        "quantities": ["psnr", "seconds"], "quantity": lambda: "psnr", "is_grid": grid, "dataset": {},
        "paths": {"a": [1.0, 2.0], "b": ["x", "y", "z"], "c": [0]}, "settings": lambda quantity: settings,
    }  # fmt: skip
    return SimpleNamespace(**(plain | given))


def cells(of: object = None) -> SweepCells:
    made = SweepCells(session(), None)
    made.reading.result = of
    return made


def test_a_sweep_is_looked_at_through_its_best_setting_unless_a_person_holds_another():
    made = cells(kept())
    assert (made.quantity, made.paths, made.across, made.up) == ("psnr", ["a", "b"], "a", "b")
    assert made.best().mean == 12 and made.cell is made.best()
    assert made.told() == "a = 2.0, b = z: psnr 12 ± 0.5 over 2 seeds"
    made.set("across", "b")
    assert (made.across, made.up) == ("b", "b") or made.up == "a"
    made.choose(made.settings()[1])
    assert made.cell.index == (0, 1, 0)
    made.set("quantity", "seconds")
    assert made.quantity == "seconds" and made.best().mean == 0, "of seconds the fewest"
    made.set("quantity", "unknown")
    assert made.quantity == "psnr"
    sight = cells(kept()).sight()
    assert (sight.across, sight.up, sight.fixed, len(sight.settings)) == ("a", "b", {}, 6)
    design = cells(kept(grid=False)).sight()
    assert (design.across, design.up, design.fixed, len(design.settings)) == ("a", "", {}, 6)
    three = cells(kept(paths={"a": [1.0, 2.0], "c": [3, 4], "b": ["x", "y", "z"]}))
    three.set("up", "c")
    assert three.up == "c" and three.sight().fixed == {"b": "z"} and len(three.sight().settings) == 2
    three.set("b", "x")
    assert [each.words["b"] for each in three.sight().settings] == ["x", "x"]
    partly = kept(settings=lambda quantity: [SettingResult((0,), {"a": 1.0}, 2.0, math.nan, 1, 3)])
    assert cells(partly).told() == "a = 1.0: psnr 2, of 3"


def test_a_table_stays_in_sight_while_another_is_read():
    made = cells(found := kept())
    made.reading.begin(None)
    assert made.table is found
    made.set("store", "other.zarr")
    assert made.table is None and made.store == "other.zarr"
    empty = cells()
    assert (empty.quantity, empty.paths, empty.across, empty.up, empty.told()) == ("", [], "", "", "")
    assert empty.settings() == [] and empty.best() is None and empty.sight() is None and empty.picture() is None
    assert not empty.take() and cells(kept(quantities=[])).quantity == ""
    assert cells(kept(paths={"c": [0]})).paths == ["c"], "all, where none has several values"


def test_the_picture_of_a_cell_is_there_where_the_store_keeps_one():
    xr = pytest.importorskip("xarray")
    made = cells(kept())
    assert made.picture() is None
    values = np.zeros((2, 3, 1, 1, 1, 2, 2))
    values[1, 2] = 0.5
    dims = ("a", "b", "seed", "batch", "c", "y", "x_")
    made.reading.result = kept(dataset=xr.Dataset({"x": (dims, values)}))
    assert made.picture().tolist() == [[0.5, 0.5], [0.5, 0.5]]
    values[1, 2] = np.nan
    made.reading.result = kept(dataset=xr.Dataset({"x": (dims, values)}))
    assert made.picture() is None, "a cell that has failed"
    taken = []
    made.reading.result = kept(experiment=lambda index: index)
    made.session.become = lambda found: taken.append(found) or ""
    assert made.take() and taken == [(1, 2, 0)]
    made.session.become = lambda found: "not here"
    assert not made.take() and made.complaint == "not here"


def test_stores_of_a_folder_come_the_newest_first(tmp_path):
    import os

    for age, name in enumerate(("old.zarr", "new.zarr")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "zarr.json").write_text("{}")
        os.utime(tmp_path / name, (age, age))
    (tmp_path / "no.zarr").mkdir()
    assert SweepCells(session(), tmp_path).stores() == ["new.zarr", "old.zarr"]
    assert SweepCells(session(), None).stores() == SweepCells(session(), tmp_path / "gone").stores() == []


def test_sweeps_wait_with_their_tab():
    made = SweepCells(session(), None)
    assert made.studies == (made.reading,)
    assert made.tick() and not made.tick() and made.trouble() == ""


def test_truth_data_and_run_are_told_as_they_stand():
    made = beside()
    assert made._truth() is made._data() is None
    made._pictures = ProblemPictures(7, np.zeros((2, 2)), np.ones((2, 2)), "data")
    truth, data = made._truth(), made._data()
    assert (truth.key, truth.label, truth.stands, float(truth.picture.max())) == ("truth", "truth", (7,), 0)
    assert (data.key, data.label, data.stands, float(data.picture.min())) == ("data", "data", (7,), 1)
    made._pictures = ProblemPictures(7, None, np.ones((2, 3)), "data", (2, 2))
    assert made._truth() is made._data() is None, "none is known, and of another size than the picture"
    made._told, made._frame = ({"a": (1, True)}, "o", "p", "t"), None
    bare = made._now()
    assert (bare.key, bare.picture, bare.columns, bare.stands[1:], bare.changed_at, bare.diverged) == (
        "now", None, {}, (-1, None), -1, False,
    )  # fmt: skip
    assert (bare.settings, bare.objective_key, bare.problem_key, bare.truth_key) == made._told
    made._frame = frame(at=1, calls=np.arange(4), marks=((2, "a = 1"),), status=Status.DIVERGED)
    past = made._now()
    assert {name: column.tolist() for name, column in past.columns.items() if name in ("k", "calls", "psnr")} == {
        "k": [0, 1], "calls": [0, 1], "psnr": [4, 3],
    }  # fmt: skip
    assert past.stands[1:] == (1, 1) and past.changed_at == 2 and past.diverged and past.picture is made._frame.image
