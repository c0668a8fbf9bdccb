"""Comparisons against brute force: settings by hand, marks by a loop, spread by numpy; bad input in one sentence."""

import json
import math

import numpy as np
import pytest
import torch
import xarray as xr

import workbench
from workbench import Experiment, storage
from workbench.algorithms import ADMM, FISTA, PDHG
from workbench.analysis import standard
from workbench.comparison import compare
from workbench.comparison.report import text
from workbench.comparison.report.shown import curves_shown
from workbench.data import Measured, Shipped
from workbench.noise import Gaussian
from workbench.operators import GaussianBlur
from workbench.parameters import changed
from workbench.priors import TotalVariation
from workbench.problem import Problem
from workbench.refusal import Refusal
from workbench.run import run as solve

EXPERIMENT = Experiment(Shipped("cell", 16), GaussianBlur((1, 16, 16), 1.0), prior=TotalVariation(5.0), steps=12)


@pytest.fixture(scope="module")
def runs() -> list[xr.Dataset]:
    return [changed(EXPERIMENT, algorithm=a).run() for a in (FISTA(), PDHG(), ADMM())]


def hand_made(psnr: list[float], objective: list[float], spec: dict | None = None) -> xr.Dataset:
    """A run whose numbers are known: every tenth iteration, half a second and three calls a row."""
    rows, x = len(psnr), np.zeros((1, 1, 4, 4))
    variables = {
        "psnr": (("k", "batch"), np.array(psnr)[:, None], {"long_name": "PSNR", "units": "dB"}),
        "objective": (("k", "batch"), np.array(objective)[:, None]),
        "x": (("batch", "channel", "row", "column"), x),
        "y": (("batch", "y_channel", "y_row", "y_column"), x),
        "truth": (("batch", "truth_channel", "truth_row", "truth_column"), x + 1),
    }
    ks = 10 * np.arange(rows)
    coords = {"k": ks, "seconds": ("k", ks / 20), "calls": ("k", 0.3 * ks)}
    told = spec or json.loads(json.dumps({"version": 2, "steps": 10}))
    return xr.Dataset(variables, coords, {"spec": json.dumps(told)})


def test_what_differs_is_told_by_path_and_what_agrees_apart(runs):
    found = compare(*runs)
    assert found.labels == ("FISTA", "PDHG", "ADMM")
    assert [(s.path, s.values) for s in found.differing] == [("algorithm", ("FISTA", "PDHG", "ADMM"))]
    agreeing = {s.path: s.values[0] for s in found.agreeing}
    assert agreeing["prior.weight"] == 5.0 and agreeing["operator.width"] == 1.0 and agreeing["steps"] == 12
    assert "parametrisation.shape" not in agreeing and agreeing["parametrisation"] == "Direct"
    weaker = changed(EXPERIMENT, algorithm=PDHG(), prior=TotalVariation(1.0), seed=3, steps=4).run()
    differing = {s.path: s.values for s in compare(runs[1], weaker).differing}
    assert differing == {"prior.weight": (5.0, 1.0), "seed": (0, 3), "steps": (12, 4)}


def test_a_setting_that_is_not_usual_differs_where_others_do_not_have_it(runs):
    stepped = changed(EXPERIMENT, algorithm=ADMM(rho=2.0)).run()
    found = {s.path: s.words for s in compare(runs[1], stepped).differing}
    assert found["algorithm.rho"] == ("–", "2")
    assert compare(runs[2], stepped).labels == ("rho automatic", "rho 2")


def test_metrics_are_those_at_the_end(runs):
    found = compare(runs).metrics
    for number, run in enumerate(runs):
        x, truth = run.x.values, run.truth.values
        error = math.sqrt(((x - truth) ** 2).sum() / (truth**2).sum())
        assert found["error"][number] == pytest.approx(error, rel=1e-6)
        assert found["psnr"][number] == pytest.approx(-10 * math.log10(((x - truth) ** 2).mean()), rel=1e-4)
        assert found["objective"][number] == float(run.objective[-1, 0])
        assert found["seconds"][number] == float(run.seconds[-1]) and found["k"][number] == 12
    assert found["calls"] == (24, 24, 0)


def test_numbers_of_a_batch_are_the_mean_over_its_items():
    """One item is a hundredth as bright as the other, and lies in the noise."""
    truth = torch.cat([Shipped("cell", 16).tensor() * factor for factor in (1.0, 0.01)])
    problem = Problem.simulate(GaussianBlur((1, 16, 16), 1.0), Gaussian(0.05), TotalVariation(5.0), truth)
    made = [solve(problem, algorithm, *standard(problem), steps=5) for algorithm in (PDHG(), ADMM())]
    for result, error in zip(made, compare(made).metrics["error"], strict=True):
        away = (torch.from_numpy(result["x"].values) - truth).flatten(1).norm(dim=1) / truth.flatten(1).norm(dim=1)
        assert error == pytest.approx(float(away.mean()), rel=1e-5) and away[1] > 10 * away[0]


@pytest.mark.parametrize("accuracy", [0.3, 1e-1, 1e-2, 1e-3, 1e-5])
def test_marks_are_the_first_row_that_a_search_finds(runs, accuracy):
    best = min(float(v) for run in runs for v in run.objective.values[:, 0])
    for run, mark in zip(runs, compare(*runs).marks(accuracy), strict=True):
        wanted = None
        for row, value in enumerate(run.objective.values[:, 0].astype(float)):
            if (value - best) / abs(best) <= accuracy:
                wanted = (int(run.k[row]), float(run.seconds[row]), float(run.calls[row]))
                break
        assert (None if not mark.reached else (mark.k, mark.seconds, mark.calls)) == wanted


def test_marks_of_known_curves():
    slow, quick = hand_made([10, 20, 30], [4, 3, 2.02]), hand_made([10, 29, math.nan], [4, 2.0, math.nan])
    found = compare(slow, quick, labels=("slow", "quick"))
    assert [(m.k, m.seconds, m.calls) for m in found.marks(0.02)] == [(20, 1.0, 6.0), (10, 0.5, 3.0)]
    assert [m.reached for m in found.marks(0.001)] == [False, True]
    assert found.psnr_levels == (29.5, 29.5)
    assert [m.k for m in found.psnr_marks(20)] == [10, 10] and not found.psnr_marks(29.5)[1].reached
    assert found.marks(0.001)[0].at("calls") is None


@pytest.mark.parametrize("accuracy", [0.0, -1.0, 1.5, math.nan, math.inf])
def test_an_accuracy_is_a_part_of_one(runs, accuracy):
    with pytest.raises(Refusal, match="an accuracy above 0 and at most 1"):
        compare(*runs).marks(accuracy)


def test_runs_that_differ_by_their_seeds_are_replicates():
    seeds = [changed(EXPERIMENT, seed=seed).run() for seed in range(3)]
    other = changed(EXPERIMENT, steps=3).run()
    found = compare(*seeds, other)
    ends = [float(run.psnr[-1, 0]) for run in seeds]
    many, single = found.replicates
    assert (many.n, many.runs, single.n) == (3, (0, 1, 2), 1)
    assert many.mean["psnr"] == pytest.approx(np.mean(ends))
    assert many.deviation["psnr"] == pytest.approx(np.std(ends, ddof=1))
    assert single.deviation["psnr"] is None
    assert len(found.curves("objective")) == 1, "replicates may lie over each other"
    assert any("other random numbers" in note for note in found.notes)


def test_curves_are_the_rows_and_the_excess_is_over_the_best(runs):
    found = compare(*runs)
    for over in ("k", "seconds", "calls"):
        (axis,) = found.curves("psnr", over)
        for curve, run in zip(axis.curves, runs, strict=True):
            np.testing.assert_array_equal(curve.xs, run[over].values)
            np.testing.assert_allclose(curve.values, run.psnr.values[:, 0])
    best = min(float(run.objective.min()) for run in runs)
    (axis,) = found.curves("excess")
    for curve, run in zip(axis.curves, runs, strict=True):
        values = (run.objective.values[:, 0].astype(float) - best) / best
        np.testing.assert_allclose(curve.values, values[values > 0])
    with pytest.raises(Refusal, match="did you mean psnr"):
        found.curves("psnrr")


def test_objectives_of_different_problems_are_on_axes_of_their_own(runs):
    other = changed(EXPERIMENT, algorithm=FISTA(), prior=TotalVariation(50.0)).run()
    found = compare(*runs, other)
    assert [len(axis.curves) for axis in found.curves("objective")] == [3, 1]
    assert [len(axis.curves) for axis in found.curves("excess")] == [3, 1]
    assert len(found.curves("psnr")) == 1
    assert any("prior.weight" in note and "not on one axis" in note for note in found.notes)
    # The other run is its own best, however large its objective is.
    assert found.marks(1e-6)[3].reached
    assert float(other.objective[-1, 0]) > float(runs[0].objective[-1, 0])


def test_pictures_have_one_scale_and_differences_are_against_the_one_that_is_chosen(runs):
    found = compare(*runs)
    row = found.pictures()
    assert row.titles == ("truth", "FISTA", "PDHG", "ADMM") and row.limits == (0.0, 1.0)
    np.testing.assert_array_equal(row.pictures[2], runs[1].x.values[0, 0])
    apart = found.differences("PDHG")
    assert apart.titles == ("FISTA − PDHG", "ADMM − PDHG")
    np.testing.assert_array_equal(apart.pictures[1], runs[2].x.values[0, 0] - runs[1].x.values[0, 0])
    most = max(float(np.abs(p).max()) for p in apart.pictures)
    assert apart.limits == (-most, most)
    np.testing.assert_array_equal(found.differences().pictures[0], (runs[0].x - runs[0].truth.values).values[0, 0])
    with pytest.raises(Refusal, match="did you mean FISTA"):
        found.differences("FIST")


def test_ten_thousand_pixels_beside_sixty_four(runs):
    large = Experiment(Shipped("camera", 100), GaussianBlur((1, 100, 100), 1.0), steps=2).run()
    small = Experiment(Shipped("camera", 8), GaussianBlur((1, 8, 8), 1.0), steps=2).run()
    found = compare(large, small)
    assert any("different sizes" in note and "100 x 100" in note and "8 x 8" in note for note in found.notes)
    assert any("different truths" in note for note in found.notes)
    assert found.differences(found.labels[0]).missing == (found.labels[1],)
    assert "<img" in found.report() and all(mark.reached for mark in found.marks())


def test_a_run_without_a_truth_is_said(runs):
    measured = Experiment(Measured(runs[0].y.values), GaussianBlur((1, 16, 16), 1.0), steps=3).run()
    found = compare(runs[0], measured, labels=("known", "measured"))
    assert any("no truth is known" in note for note in found.notes)
    assert found.metrics["psnr"][1] is None and found.psnr_marks(20.0)[1] is None
    alone = compare(measured, measured)
    assert alone.psnr_levels == (None, None) and "psnr" not in alone.metrics
    assert alone.labels == ("run 1", "run 2")
    with pytest.raises(Refusal, match="a run with a truth"):
        alone.differences()
    assert "No truth is known" in alone.report()


def test_an_older_run_counted_no_calls(runs):
    older = runs[1].drop_vars("calls")
    found = compare(runs[0], older)
    assert any("were not counted in PDHG" in note for note in found.notes)
    assert found.metrics["calls"] == (24, None)
    assert len(found.curves("psnr", "calls")[0].curves) == 1
    with pytest.raises(Refusal, match="runs that did not record both"):
        compare(older, older).curves("psnr", "calls")


def test_what_cannot_be_compared_is_refused_in_a_sentence(runs, tmp_path):
    path = tmp_path / "cut.nc"
    storage.save(runs[0], path)
    path.write_bytes(path.read_bytes()[:3000])
    for given, sentence in (
        ([runs[0]], "two or more runs to compare, got 1"),
        ([], "two or more runs to compare, got 0"),
        ([runs[0], path], "a saved run in NetCDF"),
        ([runs[0], tmp_path / "none.nc"], "which is no file"),
        ([runs[0], xr.Dataset()], "without a description"),
        ([runs[0], runs[1].drop_vars("x")], "without x"),
        ([runs[0], 3], "got a int"),
        ([runs[0], runs[1].assign_attrs(spec="{")], "a description in the run"),
        ([runs[0], runs[1].assign_attrs(spec='{"version": 99}')], "a description"),
    ):
        with pytest.raises(Refusal, match=sentence) as caught:
            compare(*given)
        assert len(str(caught.value)) <= 400
    with pytest.raises(Refusal, match="2 labels"):
        compare(*runs[:2], labels=("one",))


def test_files_and_records_are_compared_as_their_datasets_are(runs, tmp_path):
    for name, run in zip(("one", "two"), runs, strict=False):
        storage.save(run, tmp_path / f"{name}.nc")
    found = compare(tmp_path / "one.nc", workbench.open(tmp_path / "two.nc"), labels=("a", "a"))
    assert found.labels == ("a", "a (2)")
    assert found.metrics == compare(*runs[:2]).metrics


def test_rows_before_a_change_of_settings_count_for_no_one():
    """Two of one problem; the second came to 1 and 40 dB before its weight was changed at the second row."""
    straight = hand_made([10, 20, 30], [4, 3, 2])
    moved = hand_made([40, 40, 25], [1, 1, 2.5]).assign_attrs(marks='[[0, "a"], [10, "prior.weight = 2"]]')
    found = compare(straight, moved, labels=("straight", "moved"))
    assert [m.k for m in found.marks(0.3)] == [20, 20] and [m.k for m in found.marks(1e-3)] == [20, None]
    assert found.psnr_levels == (29.5, 29.5) and [m.k for m in found.psnr_marks(25.0)] == [20, 20]
    one, other = found.curves("excess")[0].curves
    np.testing.assert_allclose(one.values, [1.0, 0.5])
    np.testing.assert_allclose((other.ks, other.values), ([20], [0.25]))
    assert len(found.curves("objective")[0].curves[1].values) == 3, "what was recorded is drawn"
    unsettled = moved.assign_attrs(marks='[[20, "prior.weight = 2"]]')
    assert compare(straight, unsettled).marks()[1] is None, "of its last settings there is no row yet"


def test_the_best_psnr_is_that_of_the_same_truth():
    """A picture that is easy to reconstruct sets no level for another one."""
    easy, slow, quick = hand_made([10, 60], [2, 1]), hand_made([10, 19, 20], [3, 2, 1]), hand_made([10, 20], [2, 1])
    easy = easy.assign(truth=easy.truth + 1)
    found = compare(easy, slow, quick, labels=("easy", "slow", "quick"))
    assert found.psnr_levels == (59.5, 19.5, 19.5)
    assert [m.k for m in found.psnr_marks()] == [10, 20, 10] and [m.k for m in found.psnr_marks(15.0)] == [10, 10, 10]
    head, rows = text.mark_heads(found, 1e-3)[1]
    assert head == "first within 0.5 dB of the best for the same truth"
    assert rows[:2] == [("PSNR, dB", "59.50", "19.50", "19.50"), ("iterations", "10", "20", "10")]
    heads = [shown.head for shown in curves_shown(found, 1e-3) if shown.content.name == "psnr"]
    assert ["first at 59.50 dB" in heads[0], "first at 19.50 dB" in heads[1]] == [True, True]
    assert text.mark_heads(compare(slow, quick), 1e-3)[1][0] == "first at 19.50 dB"


def test_a_repeat_of_a_seed_is_no_replicate():
    """Spread over two seeds is that of two runs, however often one of them was repeated, or broken off."""
    ends = [changed(EXPERIMENT, seed=seed).run() for seed in (0, 0, 1)]
    short = ends[0].isel(k=slice(5)).assign_attrs(outcome="interrupted")
    found = compare(short, *ends, labels=("short", "a", "a2", "b"))
    (group,) = found.replicates
    assert (group.n, group.runs, group.repeats) == (2, (1, 3), (0, 2))
    assert group.deviation["psnr"] == pytest.approx(
        abs(float(ends[0].psnr[-1, 0] - ends[2].psnr[-1, 0])) / math.sqrt(2)
    )
    assert text.replicate_rows(found)[0] == ("seeds", "2")
    assert any("2 of 4 runs repeat one, and do not count again (short, a2)" in note for note in found.notes)
    alone = compare(ends[0], ends[1])
    assert alone.replicates[0].deviation["psnr"] is None and not text.replicate_rows(alone)
    assert any("1 of 2 runs repeat one" in note for note in alone.notes)


def test_a_run_that_diverged_is_never_the_best_and_one_that_was_interrupted_is_named():
    good, lost = hand_made([10, 20, 25], [4, 3, 2]), hand_made([40, 39], [1, 1.5]).assign_attrs(outcome="diverged")
    broken = hand_made([10, 20], [4, 3]).assign_attrs(outcome="interrupted")
    found = compare(good, lost, broken, labels=("good", "lost", "broken"))
    assert [m and m.k for m in found.marks(0.5)] == [10, None, 10] and found.marks(0.5)[1] is None
    assert found.psnr_levels == (24.5, 24.5, 24.5) and found.psnr_marks(10.0)[1] is None
    notes = " ".join(found.notes)
    assert "never the best and not marked: lost." in notes and "end that was asked for: broken." in notes
    assert "lost" in text.whole(found, 1e-3) and "not marked: lost" in found.report()
    both = compare(lost, lost)
    assert both.marks() == (None, None) and both.psnr_levels == (None, None) and len(both.curves("objective")) == 1
    assert "excess" not in both.quantities and "Diverged" in both.report(), "nothing to be the best of is no error"
