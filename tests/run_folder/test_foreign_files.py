"""Files that no workbench wrote, beside good runs: the others are listed as before."""

import os
import shutil
from pathlib import Path

from workbench.run_folder import summaries, thumbnails


def names(folder: Path) -> list[str]:
    return [run.name for run in summaries(folder)]


def test_a_name_that_is_no_utf_8_is_passed_over(folder):
    before = names(folder)
    for ending in (b".nc", b".tags.json"):
        shutil.copyfile(folder / "nested.nc", os.fsencode(folder) + b"/bad\xff" + ending)
    assert names(folder) == before
    assert thumbnails(folder, ["nested"])["nested"]
