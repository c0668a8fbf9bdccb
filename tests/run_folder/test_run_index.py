"""The index of a folder: what it answers is what reading every file would, whatever becomes of it."""

import json
import multiprocessing
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr

from tests.patience import PATIENCE
from workbench import run_folder, storage
from workbench.parameters import current
from workbench.refusal import Refusal
from workbench.run_folder import Query, folder_look, run_index, run_summary, summaries
from workbench.written import is_written

INDEX = ".index.sqlite"
CONDITIONS = [
    {},
    {"prior": "TotalVariation"},
    {"prior.weight": "5e-1"},
    {"prior.weight": "0.5", "prior": "Tikhonov"},
    {"prior.first.weight": "1e-3"},
    {"prior.second": "NonNegative"},
    {"prior.second.low": "0"},
    {"operator.shape": "1,16,16"},
    {"operator.shape": "[1, 16, 16]"},
    {"source": "shepp_logan"},
    {"truth": "camera"},
    {"source.size": "1.6e1"},
    {"stop": "none"},
    {"seed": "7"},
    {"seed": "-1"},
    {"prior.isotropic": "yes"},
    {"noise": "Poisson"},
    {"noise.sigma": "inf"},
    {"no.such": "1"},
    {"prior": "1"},
    {"steps": "nan"},
]


def every_file(folder: Path) -> dict[str, tuple[int, float | None, Mapping[str, Any]]]:
    """Iterations, PSNR and description by name, each file read whole by xarray, as before there was an index."""
    found = {}
    for path in folder.glob("*.nc"):
        try:
            with xr.open_dataset(path, engine="h5netcdf") as dataset:
                told = current(json.loads(dataset.attrs["spec"]))
                psnr = float(dataset["psnr"].values[-1].mean()) if "psnr" in dataset else np.nan
                found[path.stem] = (int(dataset["k"].values[-1]), psnr if np.isfinite(psnr) else None, told)
        except (OSError, ValueError, KeyError, TypeError, IndexError, AttributeError):
            continue
    return found


def holds(description: Mapping[str, Any], path: str, value: str) -> bool:
    """A condition asked of a description, word by word."""
    found: Any = description
    if "source" not in description and path.split(".", maxsplit=1)[0] == "source":
        path = f"truth{path.removeprefix('source')}"
    for word in path.split("."):
        if not isinstance(found, Mapping) or word not in found:
            return False
        found = found[word]
    return is_written(found, value)


def names(folder: Path, **where: Any) -> list[str]:
    return [run.name for run in summaries(folder, Query(**where))]


def no_file_is_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path) -> None:
        raise AssertionError(f"{path} was opened")

    monkeypatch.setattr(run_summary, "read", refuse)


def test_it_tells_what_every_file_says(folder):
    read = every_file(folder)
    found = {run.name: run for run in summaries(folder)}
    assert found.keys() == read.keys() and len(read) >= 10
    for name, (k, psnr, told) in read.items():
        assert found[name].k == k and found[name].psnr == (None if psnr is None else pytest.approx(psnr, rel=1e-6))
        assert found[name].parts["algorithm"] == told["algorithm"]["type"].rpartition(".")[2]
    assert run_folder.descriptions(folder, {}) == {name: dict(told) for name, (_, _, told) in read.items()}


@pytest.mark.parametrize("where", CONDITIONS, ids=str)
def test_it_finds_what_a_search_of_every_file_finds(made, where):
    expected = {n for n, (_, _, told) in every_file(made).items() if all(holds(told, *c) for c in where.items())}
    assert set(names(made, where=where)) == expected


def test_every_value_of_every_run_finds_it(made):
    """As a person would write it: the class of an object, a number, a word, a list."""
    read = every_file(made)

    def asked(value: Any, path: str) -> None:
        text = str(value).strip("[]") if isinstance(value, list) else str(value)
        where = {path: value["type"].rpartition(".")[2] if isinstance(value, Mapping) else text}
        expected = {n for n, (_, _, told) in read.items() if all(holds(told, *c) for c in where.items())}
        assert set(names(made, where=where)) == expected, where

    for _, _, told in list(read.values())[:3]:
        for name, value in told.items():
            if isinstance(value, Mapping) and "type" in value:
                asked(value, name)
                for inner, deeper in value.items():
                    if not isinstance(deeper, Mapping):
                        asked(deeper, f"{name}.{inner}")


def test_an_unchanged_folder_opens_no_file(folder, monkeypatch):
    before = summaries(folder)
    (folder / "newer.nc").unlink()  # it is asked again each time: another workbench may read it
    no_file_is_opened(monkeypatch)
    assert summaries(folder) == before
    moved = folder.rename(folder.parent / "moved")
    assert summaries(moved) == before


def test_torch_is_not_imported_for_a_list(folder):
    summaries(folder)
    code = (
        "import sys; from workbench.cli import main; "
        f"assert main(['runs', 'list', '--folder', {str(folder)!r}]) == 0; assert 'torch' not in sys.modules"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "Identity" in found.stdout


def test_what_is_new_changed_or_gone_is_seen_at_the_next_look(folder):
    first = summaries(folder)[0]
    path = folder / f"{first.name}.nc"
    result = storage.load(path)
    shutil.copyfile(path, folder / "copy.nc")
    assert "copy" in names(folder)
    storage.save(result.assign_attrs(outcome="interrupted"), path)
    assert {run.name: run.outcome for run in summaries(folder)}[first.name] == "interrupted"
    (folder / "copy.nc").write_bytes(b"no longer a run")
    assert "copy" not in names(folder)
    path.unlink()
    assert first.name not in names(folder) and not names(folder, where={"no.such": "1"})
    assert set(names(folder)) == every_file(folder).keys()


def test_a_run_that_cannot_be_read_any_more_is_not_told_from_memory(folder):
    name = summaries(folder)[0].name
    shutil.copyfile(folder / "newer.nc", folder / f"{name}.nc")
    assert name not in names(folder)


def test_orders_are_those_of_the_numbers(folder):
    read = every_file(folder)
    by_psnr = [run.psnr for run in summaries(folder, Query(order="psnr"))]
    known = sorted((psnr for _, psnr, _ in read.values() if psnr is not None), reverse=True)
    assert by_psnr == [*(pytest.approx(p, rel=1e-6) for p in known), *[None] * (len(read) - len(known))]
    assert [run.k for run in summaries(folder, Query(order="k"))] == sorted(
        (k for k, _, _ in read.values()), reverse=True
    )
    assert names(folder, order="name") == sorted(read)
    with pytest.raises(Refusal, match="an order of runs"):
        Query(order="size")


@pytest.mark.parametrize("harm", ["no database", "cut", "another format", "torn", "a table is gone", "no JSON"])
def test_a_damaged_index_is_made_anew(folder, harm, monkeypatch):
    before, path = summaries(folder), folder / INDEX
    if harm == "no database":
        path.write_bytes(b"dear diary" * 1000)
    elif harm == "cut":
        path.write_bytes(path.read_bytes()[:5000])
    elif harm == "torn":
        whole = path.read_bytes()
        path.write_bytes(whole[:4096] + os.urandom(len(whole) - 4096))
    else:
        sentence = {
            "another format": f"PRAGMA user_version = {run_index.FORMAT - 1}",
            "a table is gone": "DROP TABLE runs",
            "no JSON": "UPDATE runs SET parts = '{'",
        }[harm]
        with closing(sqlite3.connect(path, isolation_level=None)) as database:
            database.execute(sentence)
    assert summaries(folder) == before
    (folder / "newer.nc").unlink()
    no_file_is_opened(monkeypatch)
    assert summaries(folder) == before


def test_the_index_of_a_newer_workbench_is_left_to_it(folder):
    before, path = summaries(folder), folder / INDEX
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute(f"PRAGMA user_version = {run_index.FORMAT + 1}")
        database.execute("DROP TABLE runs")
    content = path.read_bytes()
    assert summaries(folder) == before and path.read_bytes() == content


def test_where_no_index_can_be_written_the_files_are_read(folder, monkeypatch):
    (folder / INDEX).unlink(missing_ok=True)
    (folder / INDEX).mkdir()
    assert set(names(folder)) == every_file(folder).keys()
    assert names(folder, where={"prior": "Tikhonov"})


def test_an_index_that_another_holds_is_read_as_far_as_it_goes(folder, monkeypatch):
    monkeypatch.setattr(run_index, "_PATIENCE", 0.01)
    before = summaries(folder)
    shutil.copyfile(folder / f"{before[0].name}.nc", folder / "copy.nc")
    with closing(sqlite3.connect(folder / INDEX, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert set(names(folder)) == {*(run.name for run in before), "copy"}
        other.execute("COMMIT")
        other.execute("BEGIN EXCLUSIVE")
        assert "copy" in names(folder)


def _list_often(folder: str, ready: Any, answers: Any) -> None:
    ready.wait()
    answers.put([len(summaries(Path(folder))) for _ in range(5)])


def test_four_processes_that_make_it_at_once_agree(folder):
    spawned = multiprocessing.get_context("spawn")
    ready, answers = spawned.Barrier(4), spawned.Queue()
    workers = [spawned.Process(target=_list_often, args=(str(folder), ready, answers)) for _ in range(4)]
    for worker in workers:
        worker.start()
    expected = [len(every_file(folder))] * 5
    assert [answers.get(timeout=PATIENCE) for _ in workers] == [expected] * 4
    for worker in workers:
        worker.join()
    with closing(sqlite3.connect(folder / INDEX)) as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert database.execute("SELECT count(*) FROM runs WHERE is_run").fetchone() == (expected[0],)


def test_a_kill_in_the_middle_of_writing_leaves_an_index_that_is_gone_on_with(folder):
    """The process ends by SIGKILL with a transaction open in which half of the runs are deleted."""
    before = summaries(folder)
    code = f"""import os, signal, sqlite3
database = sqlite3.connect({str(folder / INDEX)!r}, isolation_level=None)
database.execute("PRAGMA cache_spill = 1"); database.execute("PRAGMA cache_size = 1")
database.execute("BEGIN IMMEDIATE")
database.execute("DELETE FROM runs WHERE id % 2"); database.execute("DELETE FROM terms")
os.kill(os.getpid(), signal.SIGKILL)"""
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == -signal.SIGKILL
    assert summaries(folder) == before


def test_a_look_at_no_folder_sees_nothing(tmp_path):
    assert folder_look.FolderLook.at(tmp_path / "none") == folder_look.FolderLook()
    assert summaries(tmp_path / "none") == [] and not (tmp_path / "none").exists()
    assert summaries(tmp_path) == [] and not list(tmp_path.iterdir())


def test_thumbnails_are_small_pictures_made_once(folder, monkeypatch):
    from PIL import Image

    chosen = names(folder)
    made = run_folder.thumbnails(folder, [*chosen, "cut", "none"])
    assert made.keys() == set(chosen)
    for name, png in made.items():
        (folder / "picture.png").write_bytes(png)
        with Image.open(folder / "picture.png") as picture:
            assert max(picture.size) == run_folder.thumbnail.SIDE, name
    monkeypatch.setattr(run_folder.thumbnail, "drawn", lambda x: 1 / 0)
    assert run_folder.thumbnails(folder, chosen) == made


def test_a_thumbnail_shows_the_reconstruction(tmp_path):
    from PIL import Image

    x = np.zeros((1, 1, 48, 96))
    x[..., :48] = 1.0
    (tmp_path / "picture.png").write_bytes(run_folder.thumbnail.drawn(x))
    with Image.open(tmp_path / "picture.png") as picture:
        levels = np.asarray(picture)
    assert levels.shape == (48, 96) and (levels[:, :48] == 255).all() and (levels[:, 48:] == 0).all()
    (tmp_path / "picture.png").write_bytes(run_folder.thumbnail.drawn(np.linspace(0, 5, 300)[None, None]))
    with Image.open(tmp_path / "picture.png") as picture:
        levels = np.asarray(picture)
    assert levels.shape == (48, 96) and levels[-1, 0] == 0 and levels[0, -1] == 0 and levels[0, 0] == 255
    assert len(run_folder.thumbnail.drawn(np.ones((1, 3, 300, 200)))) < 2000
