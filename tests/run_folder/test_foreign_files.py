"""Files that no workbench wrote, beside good runs: the others are listed as before."""

import json
import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from workbench import storage
from workbench.cli import main
from workbench.run_folder import Query, descriptions, listing, run_index, summaries, thumbnails


def names(folder: Path) -> list[str]:
    return [run.name for run in summaries(folder)]


def test_a_name_that_is_no_utf_8_is_passed_over(folder):
    before = names(folder)
    for ending in (b".nc", b".tags.json"):
        shutil.copyfile(folder / "nested.nc", os.fsencode(folder) + b"/bad\xff" + ending)
    assert names(folder) == before
    assert thumbnails(folder, ["nested"])["nested"]


@pytest.mark.parametrize("value", ["NaN", "1e999", '"\\ud800"', '{"\\udc80": 1}', '{"number": "many"}'])
def test_a_run_of_a_value_that_json_has_not_hides_no_other(folder, capsys, value):
    result = storage.load(folder / "nested.nc")
    spec = result.attrs["spec"]
    before = names(folder)
    storage.save(result.assign_attrs(spec=f'{spec[:-1]}, "mine": {value}}}'), folder / "odd.nc")
    assert set(names(folder)) - {"odd"} == set(before)
    assert set(descriptions(folder, {})) - {"odd"} == set(before)
    assert summaries(folder, Query({"prior": "Tikhonov"})) and not summaries(folder, Query({"mine": "7"}))
    assert main(("runs", "list", "--json", "--folder", str(folder))) == 0
    assert {each["name"] for each in json.loads(capsys.readouterr().out)} - {"odd"} == set(before)


@pytest.mark.parametrize("writable", [True, False])
@pytest.mark.parametrize(
    "cell",
    [
        *("parts = '[1]'", "parts = '{\"prior\": 1}'", "parts = NULL", "k = 'three'", "psnr = 'good'", "saved = x'33'"),
        *(
            "tags = '{}'",
            "tags = '[1]'",
            "note = NULL",
            "note = x'ff'",
            "outcome = CAST(x'ff' AS TEXT)",
            "name = x'ff'",
        ),
    ],
)
def test_a_cell_of_the_index_that_cannot_be_is_made_anew(folder, cell, writable, monkeypatch):
    before = summaries(folder)
    with closing(sqlite3.connect(folder / run_index.NAME, isolation_level=None)) as database:
        database.execute(f"UPDATE runs SET {cell} WHERE name = 'nested'")
    if not writable:
        monkeypatch.setattr(listing, "_discarded", lambda path: False)
    assert summaries(folder) == before == summaries(folder)


@pytest.mark.parametrize("cell", ["specs SET spec = '[]'", "terms SET value = '{'", "thumbnails SET png = 'x'"])
def test_so_is_one_that_is_asked_seldom(folder, cell):
    def asked() -> tuple:
        found = summaries(folder, Query({"prior": "Tikhonov"}))
        return found, descriptions(folder, {}), thumbnails(folder, ["nested"])

    before = asked()
    with closing(sqlite3.connect(folder / run_index.NAME, isolation_level=None)) as database:
        assert database.execute(f"UPDATE OR IGNORE {cell}").rowcount
    assert asked() == before
