"""Runs taken out of their folder open, run and show elsewhere."""

import json
import subprocess
import sys
import zipfile

import numpy as np
import pytest

from workbench import run_folder, storage
from workbench.cli import main
from workbench.parameters import describe
from workbench.records import open as opened
from workbench.refusal import Refusal
from workbench.run_folder import summaries


@pytest.fixture
def run(folder):
    name = next(each.name for each in summaries(folder) if each.name[0] == "2" and each.parts["prior"] == "Tikhonov")
    run_folder.tag(folder / f"{name}.nc", ["thesis"])
    return folder / f"{name}.nc"


def test_a_folder_of_a_run_holds_its_copy_its_description_its_python_and_its_picture(folder, run, tmp_path, capsys):
    out = tmp_path / "out"
    assert main(("runs", "export", run.stem, "--folder", str(folder), "--out", str(out), "--json")) == 0
    written = json.loads(capsys.readouterr().out)
    assert sorted(path.rpartition("/")[2].removeprefix(run.stem) for path in written) == [
        ".json", ".nc", ".png", ".py", ".tags.json",
    ]  # fmt: skip
    assert (out / run.name).read_bytes() == run.read_bytes()
    assert (out / f"{run.stem}.png").read_bytes()[:4] == b"\x89PNG"
    told = json.loads((out / f"{run.stem}.json").read_text())
    assert told == json.loads(storage.load(run).attrs["spec"])
    assert main(("run", str(out / f"{run.stem}.json"), "--json")) == 0
    again = json.loads(capsys.readouterr().out)
    assert again["psnr"] == pytest.approx(float(storage.load(run).psnr[-1].item()), rel=1e-6)
    code = (out / f"{run.stem}.py").read_text() + "print(repr(float(result.psnr[-1].item())))"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert float(said) == pytest.approx(again["psnr"], rel=1e-6)


def test_a_zip_holds_several_and_one_file_one(folder, run, tmp_path):
    run_folder.export([run, folder / "masked.nc"], tmp_path / "two.zip")
    with zipfile.ZipFile(tmp_path / "two.zip") as packed:
        assert len(packed.namelist()) == 9 and packed.testzip() is None
        packed.extract(run.name, tmp_path / "from")
    record = opened(tmp_path / "from" / run.name)
    assert describe(record.experiment) == describe(opened(run).experiment)
    np.testing.assert_array_equal(record.result.x, storage.load(run).x)
    assert run_folder.export([run], tmp_path / "one.py") == [tmp_path / "one.py"]
    for ending in (".PNG", ".Py", ".NC", ".ZIP"):
        assert run_folder.export([run], tmp_path / f"two{ending}") == [tmp_path / f"two{ending}"]
        assert (tmp_path / f"two{ending}").is_file()
    compile((tmp_path / "one.py").read_text(), "one", "exec")


def test_nothing_is_written_over_and_nothing_half_is_left(folder, run, tmp_path, capsys):
    (tmp_path / "two.zip").write_text("mine")
    with pytest.raises(Refusal, match="a name that is free"):
        run_folder.export([run], tmp_path / "two.zip")
    assert (tmp_path / "two.zip").read_text() == "mine"
    with pytest.raises(Refusal, match="for several runs"):
        run_folder.export([run, folder / "masked.nc"], tmp_path / "both.nc")
    (tmp_path / "file").write_text("")
    with pytest.raises(Refusal, match="to write copies of runs"):
        run_folder.export([run], tmp_path / "file" / "out")
    with pytest.raises(Refusal, match="a saved run in NetCDF"):
        run_folder.export([run, folder / "cut.nc"], tmp_path / "cut.zip")
    assert not (tmp_path / "cut.zip").exists()
    assert main(("runs", "export", run.stem, "--folder", str(folder))) == 2
    assert "no --out" in capsys.readouterr().err


def test_a_run_that_was_changed_on_its_way_says_so(folder, run, tmp_path, capsys):
    plain = run_folder.export([run], tmp_path / "plain.py")[0].read_text()
    marks = json.dumps([[1, "weight 0.5"], [2, "x\nimport antigravity"]])
    assert "changed" not in plain
    assert main(("runs", "show", run.stem, "--folder", str(folder))) == 0
    assert "changed" not in capsys.readouterr().out
    storage.save(storage.load(run).assign_attrs(marks=marks), run)
    assert main(("runs", "show", run.stem, "--folder", str(folder))) == 0
    assert "changed on its way: weight 0.5 at k = 1; x" in capsys.readouterr().out
    moved = run_folder.export([run], tmp_path / "moved.py")[0].read_text()
    assert moved.endswith(plain) and "weight 0.5 at k = 1; x import antigravity at k = 2" in moved
    assert all(line.startswith("# ") for line in moved.removesuffix(plain).splitlines())
