"""`workbench bench`: what there is to measure, where it runs, and a report from real results."""

import json
import re
import sys
from pathlib import Path

from benchmarks import report
from workbench.cli import bench, main

ROOT = Path(__file__).parent.parent


def test_every_benchmark_is_listed_with_its_first_line(capsys):
    assert main(["bench"]) == 0
    listed = capsys.readouterr().out
    for name in ("grid", "kernels", "imaging", "information", "spectra", "page_overhead", "learned", "report"):
        assert re.search(rf"^ +{name} +\w", listed, re.MULTILINE), name
    assert "common" not in listed and "peers " not in listed


def test_every_benchmark_is_in_the_readme():
    text = (ROOT / "benchmarks" / "README.md").read_text()
    for name in bench._known():
        assert f"`{name}`" in text or f"benchmarks.{name}" in text, name


def test_wrong_names_and_missing_peers_are_refused(capsys, tmp_path):
    for words, sentence in (
        (["kernel"], "did you mean kernels?"),
        (["kernels", "--peers", str(tmp_path / "python")], "make peers"),
        (["kernels", "--out", str(tmp_path / "none" / "a.json")], "make the folder first"),
    ):
        assert main(["bench", *words]) == 2
        assert sentence in capsys.readouterr().err


def test_a_benchmark_runs_in_the_python_that_is_named_and_leaves_its_results(monkeypatch, tmp_path):
    folder = tmp_path / "benchmarks"
    (folder / "results").mkdir(parents=True)
    (folder / "__init__.py").touch()
    (folder / "small.py").write_text(
        '"""Small."""\nimport json, pathlib, sys\ndef main():\n'
        "    pathlib.Path('benchmarks/results/small.json').write_text(json.dumps(sys.argv[1:]))\nmain()\n"
    )
    monkeypatch.setattr(bench, "ROOT", tmp_path)
    out = tmp_path / "out.json"
    words = ["bench", "small", "--peers", sys.executable, "--repetitions", "3", "--out", str(out)]
    assert main(words) == 0
    assert json.loads(out.read_text()) == ["--repetitions", "3"]


def test_the_report_draws_the_ratios_and_shows_every_table(monkeypatch, tmp_path):
    found = report.ratios()
    assert all(ratio > 0 and goal > 0 for ratio, goal in found.values())
    page = report.page()
    for path in report.RESULTS.glob("*.md"):
        assert f"<h1>{path.stem}</h1>" in page
    assert ("data:image/png" in page) == bool(found)
    assert "http-equiv" not in page and "src='http" not in page
    monkeypatch.setattr(sys, "argv", ["report", "--out", str(tmp_path / "report.html")])
    report.main()
    assert (tmp_path / "report.html").read_text() == page
