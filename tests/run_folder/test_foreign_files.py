"""Files that no workbench wrote, beside good runs: the others are listed as before."""

import json
import os
import shutil
from pathlib import Path

import pytest

from workbench import storage
from workbench.cli import main
from workbench.run_folder import Query, descriptions, summaries, thumbnails


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
