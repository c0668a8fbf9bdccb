"""Sweeps: every cell is the run it names, one that fails says why, and what is finished is never run again."""

import errno
import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.patience import PATIENCE
from tests.sweeping import in_this_process
from workbench.cli import main
from workbench.data import Shipped
from workbench.experiment import Experiment
from workbench.operators import GaussianBlur
from workbench.parameters import changed, outside
from workbench.parameters.outside import LoadedFile
from workbench.priors import TotalVariation
from workbench.refusal import Refusal
from workbench.sweeps import engine, plan, spread, sweep
from workbench.sweeps.cell import alone, cell, packed
from workbench.sweeps.store import Store

zarr = pytest.importorskip("zarr")
JOB = Experiment(Shipped("camera", 16), GaussianBlur((1, 16, 16), 1.0), steps=3)
GRID = {"prior.weight": [1.0, 10.0]}


def test_a_cell_is_the_run_it_names_and_a_second_call_runs_nothing(tmp_path, monkeypatch):
    found = sweep(JOB, GRID, seeds=2, out=tmp_path / "s.zarr")
    assert found.psnr.dims == ("prior.weight", "seed") and (found.status == 1).all() and (found.sentence == "").all()
    alone = changed(JOB, prior=TotalVariation(10.0), seed=1).run()
    np.testing.assert_allclose(found.psnr.values[1, 1], alone.psnr.values[-1, 0], rtol=1e-5)
    np.testing.assert_allclose(found.x.values[1, 1], alone.x.values, atol=1e-5)
    monkeypatch.setattr("workbench.sweeps.engine.outcomes", lambda *_: pytest.fail("a finished cell is run again"))
    assert sweep(JOB, GRID, seeds=2, out=tmp_path / "s.zarr").identical(found)


def test_a_sweep_over_priors_keeps_the_value_of_the_prior_beside_its_name():
    with in_this_process():
        found = sweep(JOB, {"prior": ["TotalVariation", "Tikhonov"]})
    assert (found.status == 1).all() and found.prior.dims == ("prior",)
    np.testing.assert_allclose(found.prior_value.values[0, 0], JOB.run().prior.values[-1, 0], rtol=1e-5)


def test_a_cell_that_fails_says_why_and_only_pending_cells_are_left(tmp_path, monkeypatch):
    made = plan(JOB, GRID)
    monkeypatch.setattr(Experiment, "run", lambda *_, **__: (_ for _ in ()).throw(Refusal("a", "b", "c")))
    store = Store(made, tmp_path / "s.zarr")
    store.write({(0, 0): cell(made, (0, 0))})
    again = Store(made, tmp_path / "s.zarr")
    assert list(again.pending()) == [(1, 0)]
    assert str(again.dataset().sentence.values[0, 0]) == "wanted a, got b: c"


def test_another_sweep_and_a_folder_that_is_no_store_are_refused(tmp_path):
    Store(plan(JOB, GRID), tmp_path / "s.zarr")
    with pytest.raises(Refusal, match="holds another"):
        Store(plan(JOB, {"prior.weight": [2.0]}), tmp_path / "s.zarr")
    (tmp_path / "none").mkdir()
    with pytest.raises(Refusal, match="which is none"):
        Store(plan(JOB, GRID), tmp_path / "none")


def test_a_sweep_killed_with_9_goes_on_with_what_is_left(tmp_path):
    out, script = tmp_path / "s.zarr", tmp_path / "job.py"
    values = [float(i) for i in range(1, 41)]
    script.write_text(
        textwrap.dedent(f"""
        from tests.test_sweeps import JOB
        from workbench.parameters import changed
        from workbench.sweeps import sweep
        if __name__ == "__main__":
            sweep(changed(JOB, steps=300), {{"prior.weight": {values}}}, out={str(out)!r})
        """)
    )
    process = subprocess.Popen([sys.executable, script], env=os.environ | {"PYTHONPATH": str(Path.cwd())})
    made = plan(changed(JOB, steps=300), {"prior.weight": values})
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and process.poll() is None:
        if (out / "status" / "c" / "0" / "0").exists():
            break
        time.sleep(0.05)
    process.send_signal(signal.SIGKILL)
    process.wait()
    before = Store(made, out)
    finished = before.dataset().seconds.load()
    left = list(before.pending())
    assert len(left) < len(values)
    found = sweep(changed(JOB, steps=300), {"prior.weight": values}, out=out)
    assert (found.status == 1).all()
    kept = ~np.isnan(finished.values)
    done = [i for i in range(len(values)) if (i, 0) not in left]
    assert kept[done].all() and np.array_equal(found.seconds.values[done], finished.values[done])


OWN = """
from workbench.priors import TotalVariation

class FirmVariation(TotalVariation):
    pass
"""
OWN_SWEEP = """
experiment: --truth camera --size 16 --steps 2 --prior FirmVariation
grid: {prior.weight: [1, 10], prior: [FirmVariation, TotalVariation]}
"""


def own_sweep(folder: Path) -> list[str]:
    """The words of a sweep over a class of one's own, by a command in a process of its own."""
    (folder / "firm.py").write_text(OWN)
    (folder / "s.yaml").write_text(OWN_SWEEP)
    files = [str(folder / name) for name in ("s.yaml", "o.zarr", "firm.py")]
    return [sys.executable, "-m", "workbench", "sweep", files[0], "--out", files[1], "--load", files[2], "--json"]


def test_classes_of_a_loaded_file_reach_the_worker_processes(tmp_path):
    said = subprocess.run(own_sweep(tmp_path), capture_output=True, text=True, check=True)
    assert json.loads(said.stdout)["done"] == 4, said


def test_classes_of_a_loaded_file_reach_the_workers_of_a_cluster(tmp_path):
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(n_workers=1, threads_per_worker=2, dashboard_address=None) as cluster:
        words = [*own_sweep(tmp_path), "--scheduler", cluster.scheduler_address]
        said = subprocess.run(words, capture_output=True, text=True, check=True)
    assert json.loads(said.stdout)["done"] == 4, said


def test_a_file_of_another_machine_is_loaded_from_its_text_and_the_newest_counts(tmp_path):
    before = LoadedFile(str(tmp_path / "gone.py"), "elsewhere_loaded", b"COUNT = 1")
    outside.take((before, before))
    first = sys.modules["elsewhere_loaded"]
    outside.take((before,))
    assert sys.modules["elsewhere_loaded"] is first and first.COUNT == 1
    outside.take((replace(before, text=b"COUNT = 2"),))
    assert sys.modules["elsewhere_loaded"].COUNT == 2


def test_a_cell_is_packed_without_the_others():
    few, many = plan(JOB, {"prior.weight": [1.0]}), plan(JOB, {"prior.weight": [float(i) for i in range(1, 2001)]})
    assert abs(len(packed(few, (0, 0)).plan) - len(packed(many, (1999, 0)).plan)) < 20
    outcome = alone(packed(many, (9, 0)))
    assert outcome.figures["psnr"] == cell(many, (9, 0)).figures["psnr"]


def test_a_second_sweep_into_a_store_is_refused_until_the_first_has_ended(tmp_path):
    out, held = tmp_path / "s.zarr", "import sys, time; from workbench.storage import FileLock\n"
    held += "with FileLock(sys.argv[1]): print('held', flush=True); time.sleep(600)"
    with subprocess.Popen([sys.executable, "-c", held, out], stdout=subprocess.PIPE) as first:
        assert first.stdout is not None and first.stdout.readline() == b"held\n"
        with pytest.raises(Refusal, match=r"nobody else writes.*process"):
            sweep(JOB, GRID, out=out)
        assert not out.exists()
        first.kill()
    with in_this_process():
        assert (sweep(JOB, GRID, out=out).status == 1).all()
    assert [path.name for path in tmp_path.iterdir()] == ["s.zarr"]


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("grid: [", "YAML"),
        ("grd: {}", "grid"),
        ("grid: {prior.wieght: [1]}", "weight"),
        ("grid: {prior.weight: [-1]}", "weight"),
        ("grid: {prior.weight: [1, 1]}", "twice"),
        ("grid: {prior.weight: 3}", "list"),
        ("{grid: {prior.weight: [1]}, seeds: 1000000}", "1000000 cells"),
        ("{grid: {prior.weight: [1]}, seeds: 0}", "seeds"),
        ("{grid: {prior.weight: [1]}, design: sobol, samples: 4}", "range"),
        ("{grid: {prior.weight: [1]}, experiment: --trth coins}", "run"),
    ],
)
def test_a_broken_file_is_one_sentence_before_any_work(text, word, tmp_path, capsys):
    (tmp_path / "s.yaml").write_text(text)
    assert main(["sweep", str(tmp_path / "s.yaml"), "--out", str(tmp_path / "o.zarr")]) == 2
    said = capsys.readouterr().err
    assert word in said and said.count("\n") == 1 and not (tmp_path / "o.zarr").exists()


@pytest.mark.parametrize("sobol", [False, True])
def test_a_design_stays_in_its_ranges_and_whole_numbers_stay_whole(sobol):
    axis = spread({"a": {"low": 1, "high": 100, "log": True}, "b": {"low": 2, "high": 4}}, 64, sobol, 0)
    a, b = axis.coordinates().values()
    assert a.min() >= 1 and a.max() <= 100 and set(b) == {2, 3, 4}
    assert abs(np.log10(a).mean() - 1) < 0.2  # the middle of a logarithmic range


@pytest.mark.parametrize(("outside", "wanted"), [("", {"0", "1"}), ("3,5", {"3", "5"})])
def test_with_gpus_every_worker_has_one_of_its_own(outside, wanted, monkeypatch, tmp_path):
    """Which GPU a worker sees; that it computes there is for a machine that has two."""
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", outside)
    monkeypatch.setattr("workbench.devices.available", lambda: ("cpu", "cuda:0", "cuda:1"))
    with engine._executor(None, "cuda", 10) as crew:
        assert crew.workers == 2
        futures = [crew.executor.submit(_both_at_work, tmp_path) for _ in range(2)]
        assert {future.result() for future in futures} == wanted


def _both_at_work(folder: Path) -> str:
    """What this worker sees, once another one is at work, too."""
    (folder / str(os.getpid())).touch()
    until = time.monotonic() + PATIENCE
    while len(list(folder.iterdir())) < 2 and time.monotonic() < until:
        time.sleep(0.02)
    return os.environ["CUDA_VISIBLE_DEVICES"]


def test_a_worker_of_a_cluster_that_is_killed_costs_no_cell_and_none_is_kept_twice(tmp_path):
    distributed = pytest.importorskip("distributed")
    made, seen = plan(JOB, {"prior.weight": [float(i) for i in range(1, 41)]}), []
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:
        store = Store(made, tmp_path / "s.zarr")
        victim = cluster.workers[0].pid
        for finished in engine.outcomes(made, list(store.pending()), cluster.scheduler_address, lambda: False):
            store.write(finished)
            if not seen:
                os.kill(victim, signal.SIGKILL)
            seen.extend(finished)
    assert sorted(seen) == [(i, 0) for i in range(40)] and (store.dataset().status == 1).all()


def test_a_full_disk_is_one_sentence_and_what_is_finished_stays(tmp_path, monkeypatch):
    write, writes = Store.write, []

    def until_full(store, outcomes):
        writes.append(outcomes)
        if len(writes) == 3:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        write(store, outcomes)

    grid = {"prior.weight": [float(i) for i in range(1, 21)]}
    monkeypatch.setattr(Store, "write", until_full)
    refused = pytest.raises(Refusal, match=r"s\.zarr, got No space left on device: what is finished is kept")
    with in_this_process(), refused:
        sweep(JOB, grid, out=tmp_path / "s.zarr")
    monkeypatch.undo()
    kept = int((Store(plan(JOB, grid), tmp_path / "s.zarr").dataset().status == 1).sum())
    assert kept == sum(map(len, writes[:2]))
    with in_this_process():
        assert (sweep(JOB, grid, out=tmp_path / "s.zarr").status == 1).all()
