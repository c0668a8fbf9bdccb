"""A saved run is opened and gone on with, in Python and on the command line; what is no run is refused."""

import json
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pytest
import torch
import xarray as xr

import workbench
from workbench import storage
from workbench.algorithms import GradientDescent, State
from workbench.cli import main
from workbench.data import Shipped
from workbench.experiment import Experiment
from workbench.operators import GaussianBlur
from workbench.parameters import changed, describe
from workbench.priors import Tikhonov
from workbench.records import repetition
from workbench.refusal import Refusal
from workbench.run import has_state, with_state

OLD = Path(__file__).parent / "data" / "runs" / "nested.nc"


def small(steps: int) -> Experiment:
    return Experiment(Shipped("cell", size=16), GaussianBlur((1, 16, 16), 1.0), steps=steps)


def identical(one: xr.Dataset, other: xr.Dataset) -> bool:
    return one.drop_vars("seconds").identical(other.drop_vars("seconds"))


@pytest.fixture
def saved(tmp_path):
    storage.save(small(7).run(every=5), tmp_path / "run.nc")
    return tmp_path / "run.nc"


def test_an_opened_run_goes_on_as_in_one_go(saved):
    record = workbench.open(saved)
    assert describe(record.experiment) == describe(small(7)) and record.k == 7
    assert "GaussianBlur" in repr(record) and "all 7 iterations done" in repr(record)
    straight = small(12).run(every=5)
    whole = record.resume(12)
    assert whole.k.values.tolist() == [0, 5, 10, 12], "the row of 7 was only its last"
    assert identical(whole, straight)
    assert (np.diff(whole.seconds) > 0).all()
    with pytest.raises(Refusal, match="more iterations than the run has, got 7 where it has 7"):
        record.resume(7)


def test_rows_stay_as_far_apart_as_they_were(tmp_path, capsys):
    storage.save(small(5).run(every=5), tmp_path / "two.nc")  # two rows: the distance of more is not in them
    straight, whole = small(15).run(every=5), workbench.open(tmp_path / "two.nc").resume(15)
    assert identical(whole, straight) and whole.k.values.tolist() == [0, 5, 10, 15]
    assert main(["run", str(tmp_path / "two.nc"), "--steps", "15", "--out", str(tmp_path / "more.nc")]) == 0
    assert storage.load(tmp_path / "more.nc").k.values.tolist() == [0, 5, 10, 15]


def test_a_run_of_another_experiment_does_not_go_on(saved):
    begun = storage.load(saved)
    for other in ({"seed": 1}, {"source": Shipped("coins", size=16)}):
        with pytest.raises(Refusal, match="a run of this experiment"):
            changed(small(12), **other).run(begun=begun)


def test_the_command_line_goes_on_with_more_steps_alone(saved, tmp_path, capsys):
    def say(*words: str) -> tuple[str, str]:
        assert main(("run", str(saved), "--every", "5", *words)) == 0
        return capsys.readouterr()

    straight = small(12).run(every=5)
    out = tmp_path / "on.nc"
    assert "goes on from iteration 7" in say("--steps", "12", "--out", str(out))[0]
    ladder = ["iterates", "iterate", "path_length"]  # a run that is saved while it goes has one besides
    assert identical(storage.load(out).drop_vars(ladder), straight)
    assert "goes on" not in say("--steps", "12", "--again", "--out", str(out))[0]
    assert identical(storage.load(out).drop_vars(ladder), straight)
    for words in ((), ("--steps", "5"), ("--steps", "9", "--set", "prior.weight=2"), ("--steps", "9", "--seed", "3")):
        assert "goes on" not in say(*words)[0]


def test_an_older_file_begins_again_with_a_sentence(capsys):
    record = workbench.open(OLD)
    assert "keeps no state" in repr(record)
    with pytest.raises(Refusal, match="keeps its state, got one that does not"):
        record.resume(record.k + 1)
    assert main(("run", str(OLD), "--steps", str(record.k + 1), "--json")) == 0
    said = capsys.readouterr()
    assert "keeps no state of the algorithm: the run begins again" in said.err
    assert json.loads(said.out)["iterations"] == record.k + 1


def test_a_file_that_is_no_whole_run_is_one_sentence(saved, tmp_path):
    whole = saved.read_bytes()
    (tmp_path / "cut.nc").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "text.nc").write_text("not a run")
    (tmp_path / "empty.nc").write_bytes(b"")
    xr.Dataset({"a": ("t", [1.0])}).to_netcdf(tmp_path / "foreign.nc", engine="h5netcdf")
    storage.load(saved).drop_vars("k").to_netcdf(tmp_path / "half.nc", engine="h5netcdf")
    xr.Dataset({"k": ("k", [1])}, attrs={"spec": "{"}).to_netcdf(tmp_path / "spec.nc", engine="h5netcdf")
    for name in ("none", "cut", "text", "empty", "foreign", "half", "spec"):
        with pytest.raises(Refusal) as told:
            workbench.open(tmp_path / f"{name}.nc")
        assert len(str(told.value)) <= 400


@pytest.mark.parametrize("state", ["{", "[]", '{"fields": {}}', '{"fields": {"x": {"tensor": "x"}}}', "null"])
def test_a_state_that_does_not_fit_is_refused(saved, state):
    begun = storage.load(saved).assign_attrs(state=state)
    with pytest.raises(Refusal, match="begin again"):
        small(12).run(begun=begun)


@dataclass(frozen=True)
class Listing(State):
    """A state that no file can hold."""

    seen: list[int] = field(default_factory=list)


def test_a_state_that_cannot_be_told_costs_no_run():
    kept = with_state(xr.Dataset(), Listing(torch.zeros(1, 1, 2, 2)))
    assert "state" not in kept.attrs and "a list in it" in kept.attrs["stateless"]


def test_a_repeated_run_says_whether_it_is_the_same(tmp_path, capsys):
    words = ["run", "--truth", "camera", "--size", "16", "--steps", "5", "--out", str(tmp_path / "run.nc")]
    assert main(words) == 0
    assert main(["run", str(tmp_path / "run.nc")]) == 0
    assert "repeats" in capsys.readouterr().out.splitlines()[-2]
    kept = storage.load(tmp_path / "run.nc")
    away = kept.assign(x=kept.x + 0.001 * float(abs(kept.x).max())).assign_attrs(device="cuda:0")
    storage.save(away, tmp_path / "away.nc")
    assert main(["run", str(tmp_path / "away.nc"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["difference"] == pytest.approx(0.001, rel=0.01)
    assert main(["run", str(tmp_path / "away.nc")]) == 0
    assert "made on cuda:0, by at most 0.001" in capsys.readouterr().out


def again(capsys, path, *words):
    """The comparison that a repeated run tells, once as JSON and once in words."""
    assert main(["run", str(path), "--json", *words]) == 0
    told = json.loads(capsys.readouterr().out)
    assert main(["run", str(path), *words]) == 0
    assert told["comparison"] in capsys.readouterr().out.splitlines()
    return told["difference"], told["comparison"].replace(str(path), path.name)


def test_what_is_not_compared_is_said_with_the_reason(tmp_path, capsys):
    path = tmp_path / "run.nc"
    assert main(["run", "--truth", "camera", "--size", "16", "--steps", "5", "--out", str(path), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["comparison"] is None
    kept = storage.load(path)
    assert again(capsys, path) == (0.0, "repeats run.nc bit for bit")
    other = (None, "not compared with run.nc: another experiment made it, with another prior")
    assert again(capsys, path, "--set", "prior.weight=3") == other
    longer = (None, "not compared with run.nc: it has 5 iterations, this run has 8")
    assert again(capsys, path, "--steps", "8", "--again") == longer
    assert again(capsys, path, "--steps", "8") == (None, "goes on from iteration 5 of run.nc")
    moved = tmp_path / "moved.nc"
    storage.save(kept.assign_attrs(marks='[[2, "prior.weight"]]'), moved)
    assert again(capsys, moved) == (None, "not compared with moved.nc: it was changed on its way")
    endless = tmp_path / "endless.nc"
    storage.save(kept.assign(x=kept.x * float("inf")), endless)
    difference, said = again(capsys, endless)
    assert difference is None and said.endswith("without bound: x is not finite in one of them")


def test_a_description_of_an_older_format_is_compared_where_it_means_the_same():
    result = small(3).run()
    spec = json.loads(result.attrs["spec"])
    older = {name: value for name, value in spec.items() if name != "version"}
    found = repetition(result.assign_attrs(spec=json.dumps(older)), result)
    assert found.difference is None and "an older workbench" in found.sentence("run.nc")
    same = result.assign_attrs(spec=json.dumps(spec | {"seed": -1 - spec["seed"]}))
    assert repetition(result.assign_attrs(spec=json.dumps(older)), same).difference == 0


def test_a_record_that_diverged_does_not_promise_to_go_on(tmp_path):
    path = tmp_path / "lost.nc"
    made = changed(small(60), algorithm=GradientDescent(step_size=100.0), prior=Tikhonov(1.0))
    made.run(out=path)
    record = workbench.open(path)
    assert record.result.attrs["outcome"] == "diverged" and has_state(record.result)
    assert "goes on" not in repr(record) and "run it with other settings" in repr(record)
    assert "resume(2) goes on" in repr(replace(record, result=record.result.assign_attrs(outcome="steps")))
