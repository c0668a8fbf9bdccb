"""Tags and notes: kept beside the run, never lost between two who write them."""

import json
import multiprocessing
import os
from pathlib import Path
from typing import Any

import pytest

from workbench import run_folder, storage
from workbench.cli import main
from workbench.refusal import Refusal
from workbench.run_folder import Query, places, run_tags, summaries


@pytest.fixture
def run(folder: Path) -> Path:
    return folder / "nested.nc"


def told(folder: Path, capsys: pytest.CaptureFixture, *words: str) -> Any:
    assert main(("runs", *words, "--json", "--folder", str(folder))) == 0
    return json.loads(capsys.readouterr().out)


def test_tags_and_note_are_kept_listed_and_searched(folder, run, capsys):
    words = ("tag", "nested", "masked", "--add", "thesis", "--add", " figure  3 ", "--note", "the best so far")
    assert told(folder, capsys, *words)[0] == {
        "name": "nested", "tags": ["figure 3", "thesis"], "note": "the best so far",
    }  # fmt: skip
    told(folder, capsys, "tag", "masked", "--remove", "thesis")
    found = {each["name"]: each for each in told(folder, capsys, "list")}
    assert found["nested"]["tags"] == ["figure 3", "thesis"] and found["nested"]["note"] == "the best so far"
    assert found["masked"]["tags"] == ["figure 3"] and found["langevin"]["tags"] == []
    assert [each["name"] for each in told(folder, capsys, "list", "--tag", "thesis")] == ["nested"]
    assert {each["name"] for each in told(folder, capsys, "list", "--tag", "figure 3")} == {"nested", "masked"}
    assert {each.name for each in summaries(folder, Query.of("BEST so"))} == {"nested", "masked"}
    assert {each.name for each in summaries(folder, Query.of("best #thesis"))} == {"nested"}
    assert {each.name for each in summaries(folder, Query.of("'the best' seed=none"))} == set()
    assert main(("runs", "list", "--folder", str(folder))) == 0
    assert "#figure 3  #thesis  the best so far" in capsys.readouterr().out


def test_tags_move_with_the_folder_and_go_with_the_run(folder, run):
    run_folder.tag(run, ["thesis"])
    moved = folder.rename(folder.parent / "moved")
    assert {each.name for each in summaries(moved) if each.tags} == {"nested"}
    run_folder.delete(moved / "nested.nc")
    assert not (moved / "nested.tags.json").exists()


def test_a_run_without_tags_and_note_has_no_file_of_them(run):
    run_folder.tag(run, ["thesis"], note="x")
    assert run_tags.sidecar(run).exists()
    assert run_folder.tag(run, remove=["thesis"], note="") == run_folder.RunTags()
    assert not run_tags.sidecar(run).exists()


@pytest.mark.parametrize("given", ["", "a,b", "#thesis", "x" * 41, "\x1b[2J", "nul\0", "half\udcff"])
def test_what_is_no_tag_is_refused_and_nothing_changes(run, given):
    run_folder.tag(run, ["thesis"])
    with pytest.raises(Refusal, match="without a comma"):
        run_folder.tag(run, [given])
    assert run_tags.read(run).tags == ("thesis",)


def test_what_cannot_be_is_one_sentence(folder, run, capsys):
    run_folder.tag(run, ["thesis"])
    for words, sentence in (
        (("tag", "nested", "--remove", "thesi"), "it has thesis"),
        (("tag", "nested"), "something to change"),
        (("tag", "nosted", "--add", "a"), "did you mean nested"),
        (("tag", "nested", "--note", "x" * 2001), "2000 letters"),
        (("list", "--tag", "thesi"), "did you mean thesis"),
    ):
        assert main(("runs", *words, "--folder", str(folder))) == 2
        assert sentence in capsys.readouterr().err
    with pytest.raises(Refusal, match="which is not there"):
        run_folder.tag(folder / "none.nc", ["a"])
    assert not (folder / "none.tags.json").exists()


@pytest.mark.parametrize(
    ("content", "remark"),
    [('{"tags": ["a"', "no JSON"), ("[]", "no JSON"), ('{"version": 9, "tags": [], "note": ""}', "of version 9")],
)
def test_tags_that_cannot_be_read_are_said_and_never_written_over(folder, run, content, remark, capsys):
    run_tags.sidecar(run).write_text(content)
    found = {each.name: each for each in summaries(folder)}["nested"]
    assert not found.tags and remark in found.remark
    with pytest.raises(Refusal, match=remark):
        run_folder.tag(run, ["b"])
    assert run_tags.sidecar(run).read_text() == content
    assert main(("runs", "list", "--folder", str(folder))) == 0 and remark in capsys.readouterr().out


def test_a_disk_without_room_loses_no_tag(run, monkeypatch):
    run_folder.tag(run, ["thesis"])

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(Refusal, match="No space left"):
        run_folder.tag(run, ["other"])
    assert run_tags.read(run).tags == ("thesis",)
    assert not [each for each in run.parent.iterdir() if each.name.endswith((".part", ".writing"))]


def _tag_often(run: str, who: int, ready: Any) -> None:
    ready.wait()
    for number in range(15):
        run_folder.tag(Path(run), [f"{who}-{number}"])


def test_two_processes_that_tag_at_once_lose_nothing(folder, run):
    spawned = multiprocessing.get_context("spawn")
    ready = spawned.Barrier(2)
    workers = [spawned.Process(target=_tag_often, args=(str(run), who, ready)) for who in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(100)
        assert worker.exitcode == 0
    expected = {f"{who}-{number}" for who in range(2) for number in range(15)}
    assert set({each.name: each for each in summaries(folder)}["nested"].tags) == expected


@pytest.mark.parametrize("letter", ["\x1b", "\0", "\udcff"])
def test_a_note_and_a_file_of_tags_hold_no_control_characters(folder, run, letter, capsys):
    with pytest.raises(Refusal, match="a note without control characters"):
        run_folder.tag(run, note=f"a{letter}b")
    run_sidecar = run_tags.sidecar(run)
    for told in ({"version": 1, "tags": [f"a{letter}"], "note": ""}, {"version": 1, "tags": [], "note": letter}):
        run_sidecar.write_text(json.dumps(told))
        assert main(("runs", "list", "--folder", str(folder))) == 0
        out = capsys.readouterr().out
        assert letter not in out and "no JSON that a workbench wrote" in out
    assert run_folder.tag(folder / "masked.nc", ["a\nb"]).tags == ("a b",)


def test_who_tags_while_another_deletes_leaves_no_file_behind(run, monkeypatch):
    monkeypatch.setattr(places, "PATIENCE", 0.02)
    with storage.FileLock(run_tags.sidecar(run)), pytest.raises(Refusal, match="nobody else writes"):
        run_folder.delete(run)
    assert run.exists()
    run_folder.delete(run)
    assert not [each for each in run.parent.iterdir() if "nested.tags" in each.name or each.name.endswith(".writing")]
