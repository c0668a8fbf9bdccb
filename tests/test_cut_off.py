"""A run that is killed in its middle goes on from what was saved: as in one go, bit for bit."""

import json
import subprocess
import sys
import warnings

import numpy as np
import pytest
import torch
import xarray as xr

import workbench
from workbench import storage
from workbench.algorithms import FISTA
from workbench.cli import main
from workbench.data import Shipped
from workbench.experiment import Experiment
from workbench.operators import FourierMask, GaussianBlur
from workbench.parameters import changed
from workbench.priors import WaveletL1
from workbench.refusal import Refusal
from workbench.run import Keeper, Ladder, keeper, ladder
from workbench.storage import claim, is_locked, leftovers

# The process ends itself, as no handler and no `finally` can notice: at an iteration, or in the middle of a write.
CHILD = """
import os, signal, sys
from workbench.cli import main
from workbench.run import keeper
from workbench.run.loop import Log
from workbench.storage import claim

keeper.FIRST, keeper.SHARE = 0.0, 1e9
where, at, path = sys.argv[1], int(sys.argv[2]), sys.argv[3]
add, write, writes = Log.add, claim.write, []

def die():
    os.kill(os.getpid(), signal.SIGKILL)

def counted(self, row):
    add(self, row)
    if where == "iteration" and row.state.k == at:
        die()

def half(dataset, part):
    write(dataset, part)
    writes.append(part)
    if where == "write" and len(writes) == at:
        os.truncate(part, part.stat().st_size // 2)
        die()

Log.add, claim.write = counted, half
main(["run", *sys.argv[4:], "--out", path])
"""
WORDS = ("--truth", "cell", "--size", "16", "--operator", "GaussianBlur", "--set", "operator.width=1", "--steps", "60")


def killed(where: str, at: int, path, *words: str) -> None:
    child = subprocess.run([sys.executable, "-c", CHILD, where, str(at), str(path), *words], check=False)
    assert child.returncode == -9


def identical(one: xr.Dataset, other: xr.Dataset) -> bool:
    return one.drop_vars("seconds").identical(other.drop_vars("seconds"))


@pytest.fixture(scope="module")
def straight(tmp_path_factory):
    path = tmp_path_factory.mktemp("straight") / "run.nc"
    assert main(("run", *WORDS, "--out", str(path), "--json")) == 0
    return storage.load(path)


@pytest.mark.parametrize(("where", "at", "k"), [("iteration", 37, 36), ("write", 20, 18)])
def test_a_killed_run_goes_on_bit_for_bit(tmp_path, straight, capsys, where, at, k):
    path = tmp_path / "run.nc"
    killed(where, at, path, *WORDS)
    record = workbench.open(path)
    assert record.k == k and "cut off" in repr(record) and not is_locked(path)
    assert [left.target for left in leftovers(tmp_path)] == [path]
    assert main(("run", str(path), "--out", str(path))) == 0, "without --steps: it was to have as many"
    assert f"goes on from iteration {k}" in capsys.readouterr().out
    assert identical(storage.load(path), straight)
    assert identical(record.resume(60), straight)
    assert [file.name for file in tmp_path.iterdir()] == ["run.nc"]


def test_a_run_that_is_killed_twice_goes_on(tmp_path, straight):
    path = tmp_path / "run.nc"
    killed("iteration", 21, path, *WORDS)
    killed("iteration", 45, path, str(path))
    assert workbench.open(path).k == 44
    assert identical(workbench.open(path).resume(60, out=path), straight)
    assert identical(storage.load(path), straight)


def test_what_is_rewritten_stays_until_the_new_run_is_saved(tmp_path, straight):
    path = tmp_path / "run.nc"
    storage.save(straight, path)
    killed("write", 1, path, *WORDS, "--seed", "5")
    assert storage.load(path).identical(straight)


def small(steps: int) -> Experiment:
    return Experiment(Shipped("cell", size=16), GaussianBlur((1, 16, 16), 1.0), steps=steps)


def test_a_full_disk_costs_neither_the_run_nor_what_was_saved(tmp_path, monkeypatch):
    monkeypatch.setattr(keeper, "FIRST", 0.0)
    monkeypatch.setattr(keeper, "SHARE", 1e9)
    write, writes = claim.write, []

    def full(dataset, part):
        writes.append(int(dataset.k[-1]))
        if len(writes) > 3:
            part.write_bytes(b"half")
            raise OSError(28, "No space left on device")
        write(dataset, part)

    monkeypatch.setattr(claim, "write", full)
    with pytest.warns(UserWarning, match="No space left on device: make room there") as told:
        result = small(9).run(out=tmp_path / "run.nc")
    assert "the run goes on" in str(told[0].message) and "No space left" in result.attrs["unsaved"]
    assert writes == [*range(10), 9] and result.k[-1] == 9
    assert workbench.open(tmp_path / "run.nc").k == 2
    assert [file.name for file in tmp_path.iterdir()] == ["run.nc"]


def test_the_command_line_says_what_it_could_not_save(tmp_path, monkeypatch, capsys):
    def full(dataset, part):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(claim, "write", full)
    with warnings.catch_warnings(record=True):
        assert main(("run", *WORDS, "--steps", "3", "--json", "--out", str(tmp_path / "run.nc"))) == 1
    assert json.loads(capsys.readouterr().out)["out"] is None


def test_two_processes_do_not_write_one_record(tmp_path, capsys):
    with storage.Claim(tmp_path / "run.nc"):
        assert main(("run", *WORDS, "--out", str(tmp_path / "run.nc"))) == 2
    assert "nobody else writes" in capsys.readouterr().err


def test_writes_take_a_small_part_of_the_time():
    """By a clock that moves as it is told: steps of 0.1 s, writes of 0.03 s."""
    now, writes = [0.0], []

    def write(dataset):
        now[0] += 0.03
        writes.append(now[0])

    kept = Keeper(write, clock=lambda: now[0])
    while now[0] < 1000:
        now[0] += 0.1
        if kept.due:
            kept.keep(xr.Dataset)
    assert writes[0] == pytest.approx(keeper.FIRST + 0.03, abs=0.11)
    assert 0.9 * keeper.SHARE < 0.03 * len(writes) / now[0] <= keeper.SHARE


def test_a_state_that_is_not_finite_is_not_kept(tmp_path, monkeypatch):
    monkeypatch.setattr(keeper, "FIRST", 0.0)
    monkeypatch.setattr(keeper, "SHARE", 1e9)
    kept = []
    monkeypatch.setattr(claim, "write", lambda dataset, part: (kept.append(dataset), part.touch()))
    job = changed(small(20), algorithm=FISTA(step_size=1e12), prior=WaveletL1())
    result = job.run(out=tmp_path / "run.nc")
    assert result.attrs["outcome"] == "diverged"
    assert all(np.isfinite(dataset["x"]).all() for dataset in kept)
    assert result["iterate"].max() <= result["k"].max()


@pytest.mark.parametrize("rate", [1.0, 0.995, 0.97])
def test_iterates_are_spread_by_change(rate):
    """Along a line, where the length of the path is known: equal steps, and steps that shrink."""
    made, x, steps = Ladder(), torch.zeros(1, 1, 4), 2000
    for k in range(steps + 1):
        if ladder.Ladder().due(k):
            made.look(k, x)
        x = x + rate**k
    assert len(made.ks) == ladder.MOST and made.ks[0] == 0 and made.ks[-1] > steps - 70
    whole = 2 * (rate ** np.array(made.ks)[:, None] - 1).sum(-1) / (rate - 1) if rate < 1 else 2.0 * np.array(made.ks)
    np.testing.assert_allclose(made.lengths, whole, rtol=1e-4)
    biggest = np.diff(whole).max()
    assert biggest <= 3 * whole[-1] / (len(whole) - 1)


def test_a_short_run_keeps_all_its_iterates(tmp_path):
    result = small(9).run(out=tmp_path / "run.nc")
    assert result["iterate"].values.tolist() == list(range(10))
    np.testing.assert_array_equal(result["iterates"][-1], result["x"])
    assert storage.load(tmp_path / "run.nc").identical(result)


def test_a_saved_run_keeps_at_least_24_of_them_and_the_cap_holds(straight, monkeypatch):
    assert straight.sizes["iterate"] == ladder.MOST >= 24
    monkeypatch.setattr(ladder, "ROOM", 5 * 4 * 9)
    made = Ladder()
    for k in range(40):
        made.look(k, torch.full((1, 1, 9), float(k)))
    assert len(made.ks) == 5 and (made.ks[0], made.ks[-1]) == (0, 39)
    monkeypatch.setattr(ladder, "ROOM", 8)
    none = Ladder()
    none.look(0, torch.zeros(1, 1, 9))
    assert none.added(xr.Dataset()).identical(xr.Dataset())


def test_complex_iterates_come_back(tmp_path):
    job = Experiment(Shipped("cell", size=16), FourierMask((1, 16, 16)), steps=5)
    result = job.run(out=tmp_path / "run.nc")
    assert storage.load(tmp_path / "run.nc")["iterates"].identical(result["iterates"])


def test_a_record_cut_short_is_one_sentence(tmp_path, straight):
    storage.save(straight, tmp_path / "run.nc")
    whole = (tmp_path / "run.nc").read_bytes()
    (tmp_path / "run.nc").write_bytes(whole[: len(whole) - 100])
    with pytest.raises(Refusal, match="a saved run in NetCDF"):
        workbench.open(tmp_path / "run.nc")
