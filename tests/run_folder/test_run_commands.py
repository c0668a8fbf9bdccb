"""A folder of kept runs: listed, searched, shown, deleted."""

import json
import os
import shutil
import time

import pytest

from workbench import run_folder, storage
from workbench.cli import main
from workbench.refusal import Refusal
from workbench.storage import claim

LINE = ("run", "--truth", "shepp_logan", "--size", "16", "--operator", "Identity", "--steps", "3", "--json", "--keep")


@pytest.fixture
def kept(tmp_path, monkeypatch, capsys):
    """Two runs in the folder that the environment names, and what is no run beside them."""
    monkeypatch.setenv(run_folder.FOLDER, str(tmp_path / "mine" / "runs"))
    paths = []
    for words in (("--prior", "Tikhonov", "--set", "prior.weight=0.5"), ("--prior", "TotalVariation")):
        assert main((*LINE, *words)) == 0
        paths.append(json.loads(capsys.readouterr().out)["kept"])
    folder = run_folder.usual_folder()
    (folder / "being_written.nc").write_bytes(b"")
    (folder / "notes.txt").write_text("mine")
    return paths


def listed(capsys, *words):
    assert main(("runs", "list", "--json", *words)) == 0
    return json.loads(capsys.readouterr().out)


def test_a_list_tells_parts_iterations_and_quality(kept, capsys):
    found = listed(capsys)
    assert {f"{each['name']}.nc" for each in found} == {path.rpartition("/")[2] for path in kept}
    assert {each["parts"]["prior"] for each in found} == {"Tikhonov", "TotalVariation"}
    for each in found:
        result = storage.load(run_folder.usual_folder() / f"{each['name']}.nc")
        assert each["k"] == int(result.k[-1]) and each["psnr"] == pytest.approx(float(result.psnr[-1, 0]))
    assert main(("runs", "list")) == 0
    assert "Identity" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("where", "count"),
    [
        ("prior=Tikhonov", 1),
        ("prior.weight=5e-1", 1),
        ("operator=Identity", 2),
        ("prior.weight=7", 0),
        ("prior.weight=.5", 1),
        ("operator.shape=1,16,16", 2),
        ("operator.shape=[1, 16, 16]", 2),
        ("operator.shape=1,16", 0),
        ("truth=shepp_logan", 2),
        ("source=shepp_logan", 2),
        ("source.size=1.6e1", 2),
        ("truth=camera", 0),
        ("truth.size=None", 0),
        ("stop=none", 2),
        ("stop=false", 0),
        ("prior.isotropic=True", 1),
        ("prior.isotropic=1", 0),
        ("prior.tolerance=0.00001", 1),
    ],
)
def test_runs_are_found_by_parts_and_parameters(kept, capsys, where, count):
    assert len(listed(capsys, "--where", where)) == count


def test_a_run_is_shown_and_deleted_by_its_name(kept, capsys):
    name = kept[0].rpartition("/")[2].removesuffix(".nc")
    assert main(("runs", "show", name)) == 0 and "Tikhonov" in capsys.readouterr().out
    assert main(("runs", "delete", name)) == 0
    capsys.readouterr()
    assert len(listed(capsys)) == 1
    assert main(("runs", "show", name)) == 2
    assert "a run in" in capsys.readouterr().err


def test_a_run_under_way_and_one_that_was_killed_are_told_apart(kept, capsys):
    folder, name = run_folder.usual_folder(), kept[0].rpartition("/")[2].removesuffix(".nc")
    result = storage.load(kept[0])
    storage.save(result.assign_attrs(outcome="interrupted"), kept[0])
    with storage.Claim(kept[0]):
        assert {each["name"] for each in listed(capsys) if each["running"]} == {name}
        assert main(("runs", "list")) == 0 and capsys.readouterr().out.count("  running\n") == 1
        assert main(("runs", "delete", name)) == 2
        assert "which is running" in capsys.readouterr().err
        assert main(("runs", "gc", "--json")) == 0 and json.loads(capsys.readouterr().out) == []
    (folder / f".{name}.nc.writing").write_text("{}")
    (folder / f".{name}.nc.part").write_bytes(b"half")
    (folder / ".never.nc.writing").write_text("")
    assert len(listed(capsys)) == 2 and not any(each["running"] for each in listed(capsys))
    assert main(("runs", "list")) == 0 and capsys.readouterr().out.count("  interrupted\n") == 1
    assert main(("runs", "gc")) == 0
    said = capsys.readouterr().out
    assert "which stays" in said and "nothing was saved" in said
    assert [file.name for file in folder.iterdir() if file.name.startswith(".")] == [".index.sqlite"]
    assert storage.load(kept[0]).attrs["outcome"] == "interrupted"
    assert main(("runs", "gc")) == 0 and "no killed run" in capsys.readouterr().out


def test_who_deletes_second_is_told(kept):
    path = run_folder.path_of(kept[0].rpartition("/")[2], run_folder.usual_folder())
    run_folder.delete(path)
    with pytest.raises(Refusal, match="somebody has deleted meanwhile"):
        run_folder.delete(path)


def test_runs_that_end_in_one_second_do_not_meet(kept, monkeypatch):
    result, folder = storage.load(kept[0]), run_folder.usual_folder()
    monkeypatch.setattr(time, "strftime", lambda *given: "now")
    names = {run_folder.keep(result, folder).name for _ in range(3)}
    assert len(names) == 3


def test_a_save_that_fails_leaves_nothing(kept, monkeypatch):
    result, folder = storage.load(kept[0]), run_folder.usual_folder()
    before = sorted(folder.iterdir())
    monkeypatch.setattr(claim, "write", lambda *given: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        run_folder.keep(result, folder)
    assert sorted(folder.iterdir()) == before


def test_a_folder_that_is_not_there_has_no_runs(tmp_path, capsys):
    assert listed(capsys, "--folder", str(tmp_path / "none")) == []
    assert main(("runs", "list", "--where", "prior")) == 2


def test_a_folder_that_cannot_be_made_is_said_before_the_run(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv(run_folder.FOLDER, str(tmp_path / "file" / "runs"))
    with pytest.raises(Refusal, match=run_folder.FOLDER):
        run_folder.made()
    assert main(LINE) == 2


def test_a_condition_that_no_run_can_meet_is_told_from_one_that_none_meets(kept, tmp_path, capsys):
    assert main(("runs", "list", "--where", "prior.wieght=10")) == 2
    assert "did you mean prior.weight?" in capsys.readouterr().err
    assert main(("runs", "list", "--where", "prior.weight=7", "--where", "no.such=1")) == 2
    assert "'no.such'" in capsys.readouterr().err
    assert main(("runs", "list", "--where", "prior.weight=7")) == 0
    assert capsys.readouterr().out == "no run of 2 meets these conditions\n"
    assert main(("runs", "list", "--where", "prior.weight=7", "--folder", str(tmp_path / "none"))) == 0
    assert "`workbench run --keep` puts one there" in capsys.readouterr().out


@pytest.mark.parametrize("action", [("list",), ("show", "a"), ("delete", "a"), ("gc",), ("compare", "a", "b")])
def test_a_place_that_is_no_folder_to_read_is_one_sentence(tmp_path, capsys, monkeypatch, action):
    (tmp_path / "file").write_text("")
    for place, said in (
        (tmp_path / "file", "Not a directory"),
        (tmp_path / ("x" * 300), "name too long"),
        (f"{tmp_path}/nul\0", "null"),
    ):
        assert main(("runs", *action, "--folder", str(place))) == 2
        assert said in capsys.readouterr().err

    def forbidden(path: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "scandir", forbidden)
    assert main(("runs", *action, "--folder", str(tmp_path))) == 2
    assert "Permission denied" in capsys.readouterr().err


def test_a_name_that_no_file_can_have_is_one_sentence(kept, capsys):
    for name in ("x" * 300, "nul\0", "half\udcff"):
        assert main(("runs", "show", name)) == 2
        assert main(("runs", "compare", name, name)) == 2
        assert capsys.readouterr().err.count("wanted a run in") == 2


def test_names_stand_before_and_after_options(kept, capsys, tmp_path):
    folder = run_folder.usual_folder()
    one, two = (path.rpartition("/")[2].removesuffix(".nc") for path in kept)
    for words in (
        ("compare", "--folder", str(folder), one, two, "--json"),
        ("compare", one, "--json", two),
        ("compare", "--json", "--", one, two),
    ):
        assert main(("runs", *words)) == 0
        assert len(json.loads(capsys.readouterr().out)["runs"]) == 2
    assert main(("runs", "show", "--folder", str(folder), one)) == 0 and "Tikhonov" in capsys.readouterr().out
    shutil.copyfile(kept[0], folder / "-x.nc")
    assert main(("runs", "show", "--json", "--", "-x")) == 0 and capsys.readouterr().out
    assert main(("runs", "show", "-x")) == 2 and "an option of `workbench runs`" in capsys.readouterr().err
    assert main(("runs", "show", one, "--foldr", str(folder), two)) == 2
    assert "did you mean --folder?" in capsys.readouterr().err
    assert main(("lessons", "show", "--json", "semi_convergence")) == 0
    assert json.loads(capsys.readouterr().out)


def test_several_runs_are_one_json_value_and_each_is_deleted_once(kept, capsys):
    one, two = (path.rpartition("/")[2].removesuffix(".nc") for path in kept)
    assert main(("runs", "show", one, two, "--json")) == 0
    assert [each["prior"]["type"] for each in json.loads(capsys.readouterr().out)] == [
        "priors.Tikhonov", "priors.TotalVariation",
    ]  # fmt: skip
    assert main(("runs", "show", one, "--json")) == 0
    assert json.loads(capsys.readouterr().out)["prior"]["type"] == "priors.Tikhonov"
    with storage.Claim(kept[1]):
        assert main(("runs", "delete", one, f"{one}.nc", two, "--json")) == 2
    out, err = capsys.readouterr()
    assert json.loads(out) == [kept[0]] and "which is running" in err
    assert main(("runs", "delete", two, two)) == 0 and capsys.readouterr().out == f"deleted {kept[1]}\n"


def test_a_run_that_diverged_says_so_in_the_list(kept, capsys):
    storage.save(storage.load(kept[0]).assign_attrs(outcome="diverged"), kept[0])
    assert main(("runs", "list")) == 0 and capsys.readouterr().out.count("  diverged\n") == 1
