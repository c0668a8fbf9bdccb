"""`workbench bench`: what there is to measure, where it runs, and a report from real results."""

import json
import re
import sys
from pathlib import Path

import pytest
import torch

from benchmarks import blur, common, report, restoration, scaling, training_step
from workbench.cli import bench, main
from workbench.refusal import Refusal

ROOT = Path(__file__).parent.parent


def test_every_benchmark_is_listed_with_its_first_line(capsys):
    assert main(["bench"]) == 0
    listed = capsys.readouterr().out
    names = (
        "grid kernels imaging information spectra page_overhead learned report scaling blur restoration training_step"
    )
    for name in ("grid", *names.split()):
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


@pytest.fixture
def threads():
    """Benchmarks choose their number."""
    before = torch.get_num_threads()
    yield 1
    torch.set_num_threads(before)


@pytest.mark.skipif(sys.platform != "linux", reason="peaks of memory are read where Linux tells them")
def test_the_peak_of_memory_counts_what_a_call_gave_back():
    size = 1 << 26
    assert abs(scaling.peak(lambda: torch.ones(size, dtype=torch.uint8)) / size - 1) < 0.05
    assert scaling.peak(lambda: None) < size / 20


@pytest.mark.skipif(sys.platform != "linux", reason="peaks of memory are read where Linux tells them")
def test_every_line_of_the_scaling_can_be_measured(threads):
    for name, line in scaling.LINES.items():
        found = scaling.point(name, line.sizes[0], 1, threads)
        assert found["ms"]["median"] > 0 and found["bytes"] >= 0


def test_exponents_are_those_of_powers():
    sizes = [1, 2, 4, 8, 16, 32]
    slope, certainty = scaling.exponent(sizes, [7.0, 7.0, *(3 * s**1.5 for s in sizes[2:])])
    assert abs(slope - 1.5) < 1e-12 and abs(certainty - 1) < 1e-12
    assert scaling.exponent(sizes, [5.0] * 6)[0] == pytest.approx(0)
    points = [{"size": s, "ms": common.summary([s**2.0]), "bytes": 0} for s in sizes]
    fitted = scaling.fitted(points)
    assert fitted["memory"] is None and fitted["time"][0] == pytest.approx(2)
    assert "none fitted" in scaling.described("KSG, 3 + 3 dimensions", points)


def test_blurs_of_all_libraries_are_equal_before_they_are_timed():
    for boundary in ("periodic", "zero"):
        runs = {side: blur.race(boundary, side, 1) for side in (32, 45)}
        ratios, text = blur.compared(boundary, runs)
        assert len(ratios) == 2 and "SciPy" in text


def test_results_that_are_not_ours_are_refused():
    ours = torch.arange(1.0, 5.0)
    assert common.require_equal({"same": ours.numpy().reshape(2, 2)}, ours, 0) == {"same": 0}
    with pytest.raises(Refusal, match="other"):
        common.require_equal({"other": 1.1 * ours}, ours, 1e-2)


def test_plug_and_play_and_diffusion_denoise_as_often_as_they_say():
    found = restoration.measure(32, 1)
    denoisings = {name: v["denoisings"] for runs in found.values() for name, v in runs.items()}
    assert denoisings["ours, PnP-PGD"] == restoration.STEPS and denoisings["ours, PnP-HQS"] == restoration.LEVELS
    assert {denoisings[f"ours, {name}"] for name in ("DDRM", "DDS", "DiffPIR")} == {restoration.EVALUATIONS}
    for runs in found.values():
        assert all(0 < v["outside ms"]["median"] < v["ms"]["median"] for v in runs.values())
    double = {"ours, A": {"ms": {"median": 2.0}, "outside ms": {"median": 1.0}}}
    double["DeepInverse, A"] = {"ms": {"median": 3.0}, "outside ms": {"median": 4.0}}
    assert restoration.ratios(double) == {"A": (1.5, 4.0)}


def test_trainings_in_plain_torch_reach_the_weights_of_ours():
    found, steps = training_step.race(2, 1)
    assert steps == 7 and all(v["apart"] <= training_step.NEAR and v["median"] > 0 for v in found.values())
