"""`workbench lessons`: what a teacher asks on the command line."""

import json

import pytest

from tests.lessons.test_lessons import GOOD, with_step, written
from workbench import lessons
from workbench.cli import main


def test_the_list_has_every_lesson(capsys):
    assert main(["lessons", "list"]) == 0
    text = capsys.readouterr().out
    assert all(found.name in text and found.learnt in text for found in lessons.every())
    assert main(["lessons", "list", "--json"]) == 0
    assert [each["name"] for each in json.loads(capsys.readouterr().out)] == list(lessons.names())


def test_one_is_shown_with_its_addresses(capsys):
    assert main(["lessons", "show", "semi_convergence"]) == 0
    assert "?lesson=semi_convergence&step=2" in capsys.readouterr().out
    assert main(["lessons", "show", "semi_convergence", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["steps"][0]["claims"][0]["type"].endswith("CurvePeaks")


def test_a_check_says_each_claim_in_a_line_and_fails_where_one_is_false(tmp_path, capsys):
    good = written(tmp_path, GOOD)
    assert main(["lessons", "check", str(good)]) == 0
    assert capsys.readouterr().out.startswith("holds  mine.yaml, step 1: the iterations done")
    bad = written(tmp_path, with_step(claims=[{"AtLeastLevel": {"readout": "CurveLength", "level": 5}}]), "bad.yaml")
    assert main(["lessons", "check", str(good), str(bad)]) == 1
    assert "FALSE  bad.yaml, step 1" in capsys.readouterr().out
    assert main(["lessons", "check", str(bad), "--json"]) == 1
    (found,) = json.loads(capsys.readouterr().out)
    assert (found["step"], found["holds"]) == (1, False)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("chek",), "did you mean check"),
        (("list", "semi_convergence"), "no names after list, got semi_convergence"),
        (("show",), "the name of one lesson, got 0 names"),
        (("show", "semi"), "a lesson"),
        (("check", "nothing.yaml"), "give the path"),
        (("notebook", "semi_convergence"), "say --out semi_convergence.ipynb"),
        (("notebook", "semi_convergence", "--out", "no/where.ipynb"), "choose a folder"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(words, sentence, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(["lessons", *words]) == 2
    assert sentence in capsys.readouterr().err


def test_json_has_the_path_of_the_notebook(tmp_path, capsys):
    out = tmp_path / "mine.ipynb"
    assert main(["lessons", "notebook", "semi_convergence", "--out", str(out), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"lesson": "semi_convergence", "notebook": str(out)}
    assert json.loads(out.read_text())["cells"]


def test_a_notebook_replaces_no_file(tmp_path, capsys):
    there = tmp_path / "mine.ipynb"
    there.write_text("mine")
    assert main(["lessons", "notebook", "semi_convergence", "--out", str(there)]) == 2
    assert there.read_text() == "mine"
