"""What the plots of the spectrum draw and say, of findings written out by hand."""

import math
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from tests.analysis.test_predictions import by_hand
from tests.analysis.test_study import problem
from tests.app.conftest import frame
from tests.app.seen import columns, legends, logarithmic, seen
from workbench.algorithms import GradientDescent, HeavyBall
from workbench.analysis import spectrum
from workbench.analysis.spectrum import Eigenpairs, Glimpse, LinearAxis, LogarithmicAxis, SpectrumStudy
from workbench.app.spectrum.basis import mosaic
from workbench.app.spectrum.modes import ModePlot
from workbench.app.spectrum.shares import Cumulative, Preconditioned, Shares, condition, lines
from workbench.app.spectrum.speed import AlongTheRun, PhaseDiagram, Predicted, _measured
from workbench.live.frames import picture
from workbench.priors import Tikhonov


def studied(found: object = None, **given: object) -> SimpleNamespace:
    """The spectra of a person, who has found this."""
    session = SimpleNamespace(seen=(None, None), experiment=SimpleNamespace(algorithm=HeavyBall(momentum=0.5)))
    plain = {
        "finding": found, "errors": [], "glimpses": [], "every": 0, "k": 0, "metric": None, "preconditioner": None,
        "session": session, "product": SimpleNamespace(result=None), "follow": lambda every: None,
    }  # fmt: skip
    return SimpleNamespace(**(plain | given))


def found(values: list[float], masses: list[float]):
    """A finding whose objective was 10 where it was looked at."""
    stub = SimpleNamespace(note="a note", problem=SimpleNamespace(objective=lambda x: torch.tensor([10.0])), x=None)
    return replace(by_hand(values, masses), hessians=stub)


def test_every_source_of_the_plots_is_drawn_and_named():
    curve = {f"curves.{name}": "VArea Line" for name in ("data term", "prior", "objective")}
    share = curve | {"exact": "Line", "eigenvalues": "Scatter", "flags._source": "VSpan words"}
    four = ["gradient descent", "heavy ball", "Nesterov", "conjugate gradients"]
    expected = {
        Shares: (share, [["data term", "prior", "objective", "objective, exact", "eigenpairs"]], [(False, False)]),
        Cumulative: (share, [["data term", "prior", "objective", "objective, exact", "eigenpairs"]], [(False, False)]),
        Preconditioned: (
            {"before": "Line", "after": "Line", "flags._source": "VSpan words"}, [["H", "P H"]], [(False, False)],
        ),
        Predicted: (
            {f"sources.{name}": "Line" for name in ("measured", *four)} | {"here._source": "VSpan"},
            [["measured", *four]], [(False, True)],
        ),
        PhaseDiagram: (
            {"image": "Image", "marks.best": "Scatter", "marks.this run": "Scatter"}, [["best", "this run"]],
            [(False, False)],
        ),
        AlongTheRun: (
            {"image": "Image", "tops": "Scatter", "edge": "Line", "here._source": "VSpan"},
            [["four largest", "edge of stability"]],
            [(False, False)],
        ),
    }  # fmt: skip
    for kind, (glyphs, words, log) in expected.items():
        made = kind(studied())
        assert seen(made, made.element) == glyphs, kind
        assert legends(made.element) == words and logarithmic(made.element) == log, kind
    modes = ModePlot(studied())
    drawn = {name: kinds for name, kinds in seen(modes, modes.element).items() if not name.startswith("panel")}
    assert drawn == {
        "bars": "Scatter Scatter", "picard": "Line Line Line Line Scatter", "errors": "Line", "here._source": "VSpan",
    }  # fmt: skip
    assert legends(modes.element) == [["first", "now"], ["s", "|⟨u, y⟩|", "ratio", "filter"], []]
    assert logarithmic(modes.element) == [(False, True)] * 3


@pytest.mark.parametrize("kind", [Shares, Cumulative, Preconditioned, Predicted, PhaseDiagram, AlongTheRun, ModePlot])
def test_without_a_finding_nothing_is_drawn(kind):
    made = kind(studied())
    made.draw(None, LinearAxis)
    assert made.note.sentence == ("choose how often to look, and let the run go on" if kind is AlongTheRun else "")


def test_the_ends_of_a_spectrum_and_the_bound_of_the_step_are_flags():
    known = by_hand([1.0, 4.0], [1.0, 1.0])
    words = [(round(at, 6), word) for at, word, _ in lines(known, 0.5, LinearAxis(4.0))]
    assert words == [(1, "λmin 1"), (4, "λmax 4"), (4, "2/step 4")]
    at_the_end, beyond = (lines(known, step, LinearAxis(4.0))[-1][0] for step in (2 / 12, 2 / 12.1))
    assert at_the_end == pytest.approx(12) and math.isnan(beyond), "three times as far as the spectrum goes"
    assert lines(known, 0.002, LogarithmicAxis(4.0))[-1][0] == pytest.approx(3)
    assert len(lines(known, None, LinearAxis(4.0))) == 2
    assert lines(known, 0.5, LinearAxis(4.0), 1.5)[-1][:2] == (pytest.approx(3), "1.5/step 3")
    assert lines(spectrum.SpectrumEstimate(None, 0), None, LinearAxis(4.0)) == []
    assert condition("H", 2.0, 4.0) == "condition of H ≥ 2"


@pytest.mark.parametrize("kind", [Shares, Cumulative])
def test_the_exact_spectrum_lies_over_the_measured_one(kind):
    exact = (torch.tensor([1.0, 3.0], dtype=torch.float64), torch.tensor([0.0, 1.0], dtype=torch.float64))
    made = kind(studied(replace(found([1.0, 4.0], [1.0, 1.0]), exact=exact, values=torch.tensor([4.0]))))
    made.draw(None, LinearAxis)
    at, height = (columns(made.exact)[name] for name in ("at", "height"))
    assert columns(made.eigenvalues) == {"at": [4], "height": [0]} and made.words["objective, exact"].visible
    measured = columns(made.curves["objective"])
    if kind is Shares:
        assert np.trapezoid(height, at) == pytest.approx(1, abs=0.01)
        assert set(measured["low"]) == set(measured["high"]) == {0.0}, "a density has no envelope"
    else:
        np.testing.assert_allclose(np.interp([0.97, 2, 4.05], at, height), [0, 0.5, 1], atol=0.01)
        assert measured["low"] <= measured["height"] <= measured["high"]
    assert not columns(made.curves["prior"])["at"], "it was not measured"
    assert columns(made.flags._source)["text"] == ["λmin 1", "λmax 4"] and made.note.sentence == "a note"
    made.spectra.finding = found([1.0, 4.0], [1.0, 1.0])
    made.draw(None, LinearAxis)
    assert not made.words["objective, exact"].visible and not columns(made.exact)["at"]


def test_a_preconditioner_is_judged_in_units_of_the_largest_eigenvalue():
    known = found([2.0, 8.0], [1.0, 1.0])
    after = by_hand([1.0, 2.0], [1.0, 1.0]).measures[0][1]
    spectra = studied(known, product=SimpleNamespace(result=None))
    made = Preconditioned(spectra)
    made.draw(None, LinearAxis)
    assert made.note.sentence == "condition of H ≥ 4" and not columns(made.after)["at"]
    peaks = columns(made.before)
    np.testing.assert_allclose([peaks["at"][0] < 0.25, peaks["at"][-1] > 1], True)
    spectra.product.result, spectra.preconditioner = after, "P"
    spectra.metric = "P"
    made.draw(frame(largest_step=1.0), LinearAxis)  # the step is 1, and its bound 2 of a largest eigenvalue of 2
    assert made.note.sentence == "condition of H ≥ 4; condition of P H ≥ 2"
    assert columns(made.flags._source)["text"] == ["2/step 2"] and columns(made.flags._source)["x"] == pytest.approx(
        [1]
    )
    middle = np.average(columns(made.after)["at"], weights=columns(made.after)["height"])
    assert middle == pytest.approx(0.75, abs=0.01)
    spectra.product.result = by_hand([0.0, 0.0], [1.0, 1.0]).measures[0][1]
    made.draw(frame(largest_step=1.0), LinearAxis)
    assert not columns(made.flags._source)["x"] and made.note.sentence.endswith("; P H is singular")
    spectra.product.result, spectra.metric = after, None
    made.draw(frame(largest_step=1.0), LinearAxis)
    assert not columns(made.flags._source)["x"], "the step of a run that goes another way bounds nothing here"


def test_what_a_run_has_above_the_foreseen_minimum_stands_beside_what_was_foreseen():
    known = found([1.0, 4.0], [1.0, 4.0])  # the drop is 1/2 + 4/8 = 1, so that the minimum is 9
    made = Predicted(studied(known, k=2))
    objective = {"objective": np.array([20.0, 12.0, 10.0, 9.5, 8.0]), "step_size": np.full(5, 0.25)}
    made.draw(frame(k=4, at=3, ks=np.arange(5), curves=objective, largest_step=0.4), LinearAxis)
    measured = columns(made.sources["measured"])
    assert measured["k"] == [2, 3, 4] and measured["excess"][:2] == pytest.approx([1, 0.5])
    assert math.isnan(measured["excess"][2]), "below the foreseen minimum there is no logarithm"
    descent = columns(made.sources["gradient descent"])
    assert descent["k"] == list(range(2, 53)), "fifty steps at least, from where it was looked"
    assert descent["excess"][:3] == pytest.approx([1, 0.5 * 0.75**2, 0.5 * 0.75**4])
    assert math.isnan(columns(made.sources["conjugate gradients"])["excess"][2]), "two eigenvalues, two steps"
    assert columns(made.here._source)["x"] == [3] and made.note.sentence.startswith(
        "Exact where the objective is quadratic"
    )
    made.draw(None, LinearAxis)
    assert columns(made.sources["heavy ball"])["k"][-1] == 502 and not columns(made.sources["measured"])["k"]
    for k, last in ((102, 102), (2000, 502)):
        made.draw(frame(k=k), LinearAxis)
        assert columns(made.sources["Nesterov"])["k"][-1] == last
    made.draw(frame(largest_step=1.0, curves={"step_size": np.array([3.0])}), LinearAxis)
    assert max(columns(made.sources["gradient descent"])["excess"]) == pytest.approx(1e3), "off the picture it is cut"
    made.spectra.finding = replace(known, slope=None)
    made.draw(None, LinearAxis)
    assert made.note.sentence == "the gradient's spectrum comes after the density: a moment"
    assert _measured(frame(curves={}), 0.0, 0) == {"k": [], "excess": []}


def test_the_run_stands_in_the_diagram_at_its_step_and_momentum():
    made = PhaseDiagram(studied(found([1.0, 9.0], [1.0, 1.0])))
    made.draw(frame(largest_step=1.0, curves={"step_size": np.array([0.5, 0.1])}), LinearAxis)
    assert columns(made.marks["this run"]) == {"x": [pytest.approx(-1)], "y": [0.5]}
    found_by_itself = studied(found([1.0, 9.0], [1.0, 1.0]))
    found_by_itself.session.experiment.algorithm = HeavyBall()
    for edge, at in ((3.2, [pytest.approx(0.6)]), (1.4, []), (None, [])):  # found; Nesterov's; no step of the gradient
        own = PhaseDiagram(found_by_itself)
        own.draw(frame(largest_step=1.0, edge=edge, curves={"step_size": np.array([0.5])}), LinearAxis)
        assert columns(own.marks["this run"])["y"] == at
    best = columns(made.marks["best"])
    assert (best["x"], best["y"]) == ([pytest.approx(math.log10(1 / 4))], [pytest.approx(0.25)])
    image = made.image.data
    assert image["x"] == [pytest.approx(math.log10(5 / 9) - 2.3)] and image["dw"] == [pytest.approx(2.3)]
    assert (image["y"], image["dh"]) == ([0], [spectrum.MOMENTA]) and image["image"][0].shape == (90, 90)
    made.spectra.session.experiment.algorithm = GradientDescent()
    made.draw(frame(largest_step=1.0), LinearAxis)
    assert columns(made.marks["this run"])["y"] == [0], "gradient descent has no momentum"
    made.draw(frame(), LinearAxis)
    assert not columns(made.marks["this run"])["x"], "no step along the gradient"


def glimpse(k: int, values: list[float]) -> Glimpse:
    column = torch.tensor(values, dtype=torch.float64)
    pairs = Eigenpairs(column.flip(0), 0 * column, True, 0, torch.eye(2), torch.eye(2))
    return Glimpse(k, by_hand(values, [1.0, 1.0]).measures[0][1], pairs)


def test_looks_along_a_run_are_columns_until_the_next_look():
    made = AlongTheRun(studied(glimpses=[glimpse(0, [1.0, 4.0]), glimpse(30, [2.0, 8.0])]))
    made.draw(
        frame(k=30, at=7, ks=np.array([0, 30]), curves={"step_size": np.array([1.0, 0.5])}, largest_step=1.0),
        LinearAxis,
    )
    image = made.image.data["image"][0]
    assert image.shape == (80, 160) and np.allclose(image.sum(0), 1, atol=1e-6), "each look has the mass 1"
    assert (image[:, :159] == image[:, :1]).all() and (image[:, 159] != image[:, 0]).any()
    assert (made.image.data["x"], made.image.data["dw"]) == ([0], [30])
    assert (made.image.data["y"], made.image.data["dh"]) == ([pytest.approx(0.65)], [pytest.approx(7.7)]), "1 to 8"
    assert columns(made.tops) == {"k": [0, 0, 30, 30], "top": [4, 1, 8, 2]}
    assert columns(made.edge) == {"k": [0, 30], "edge": [2, 4]} and columns(made.here._source)["x"] == [7]
    assert made.note.sentence == "2 looks, each begun from the eigenvectors of the one before"
    alone = AlongTheRun(studied(glimpses=[glimpse(5, [1.0, 4.0])]))
    alone.draw(None, LinearAxis)
    assert alone.image.data["dw"] == [1] and not columns(alone.edge)["k"]
    waiting = AlongTheRun(studied(every=10))
    waiting.draw(None, LinearAxis)
    assert waiting.note.sentence == "", "it is chosen already"
    chosen: list[int] = []
    waiting.spectra.follow = chosen.append
    waiting.every.value = 100
    assert chosen == [100]


@pytest.fixture(scope="module")
def data_modes():
    """The three largest modes of the data term of a small blur, and where it was looked."""
    posed = problem(Tikhonov(3.0))
    *_, last = SpectrumStudy(steps=8, probes=1, modes=3, of_data=True).of(posed, posed.start())
    return posed, last


def test_a_mode_is_told_with_its_picture_its_error_and_its_critical_step(data_modes):
    posed, last = data_modes
    errors = [(0, torch.tensor([4.0, 3.0, 2.0, 9.0])), (5, torch.tensor([1.0, 0.0, 0.5, 8.0]))]
    spectra = studied(last, errors=errors)
    spectra.session.seen = (posed, SimpleNamespace(x=posed.start()))
    made = ModePlot(spectra)
    made.draw(frame(at=2), LinearAxis)
    bars = columns(made.bars)
    assert (bars["i"], bars["first"]) == ([1, 2, 3], [4, 3, 2]) and bars["now"][0] == 1 and math.isnan(bars["now"][1])
    sizes = np.sqrt(last.pairs.values.numpy()) * 0.1
    np.testing.assert_allclose(columns(made.picard)["s"], sizes, rtol=1e-6)
    assert (columns(made.errors), made.index.end) == ({"k": [0, 5], "error": [4, 1]}, 3)
    value = float(last.pairs.values[0])
    assert made.note.sentence == f"mode 1: λ = {value:.6g}, critical step 2/λ = {2 / value:.4g}."
    first = made.panel._grey.data["image"][0]
    vector = picture(last.pairs.signals(last.hessians.data, last.hessians.x)[:1])
    assert made.panel.image.tags == pytest.approx([-np.abs(vector).max(), np.abs(vector).max()])
    assert columns(made.here._source)["x"] == [2] and f"λ = {value:.4g}" in made.panel.caption.object
    made._pick([2])
    assert made.note.sentence.startswith("mode 3: ") and made.index.value == 3
    assert columns(made.errors)["error"] == [2, 0.5] and (made.panel._grey.data["image"][0] != first).any()
    made.index.value = 1
    assert made.chosen == 0
    made._pick([])
    assert made.chosen == 0
    made.chosen = 7
    made.draw(None, LinearAxis)
    assert made.chosen == 2, "there are three"


def test_modes_that_are_not_there_yet_or_do_not_bend_are_said(data_modes):
    _, last = data_modes
    made = ModePlot(studied(replace(last, pairs=None)))
    made.draw(None, LinearAxis)
    assert made.note.sentence == "the eigenpairs come last: a moment"
    flat = replace(last.pairs, values=0 * last.pairs.values)
    made.spectra.finding = replace(last, pairs=flat, of_data=False)
    made.draw(None, LinearAxis)
    assert made.note.sentence.startswith("mode 1: λ = 0, no step is too long along it. Picard's plot: switch to modes")
    assert np.isnan(columns(made.picard)["s"]).all() and len(columns(made.picard)["s"]) == 3
    one = Eigenpairs(
        *(t[:1] for t in (last.pairs.values, last.pairs.residuals)), True, 0, last.pairs.space, last.pairs.mix[:1]
    )
    made.spectra.finding = replace(last, pairs=one)
    made.draw(None, LinearAxis)
    assert made.index.end == 2, "a slider needs two ends"


def test_a_sheet_of_pictures_has_rows_of_four_and_pale_lines_each_picture_up_to_one():
    tiles = [np.full((2, 3), float(i + 1)) for i in range(5)]
    sheet = mosaic([*tiles[:4], np.zeros((2, 3))])
    assert sheet.shape == (5, 15)
    pale = np.float32(-0.15)
    assert (sheet[2] == pale).all() and (sheet[:, 3] == pale).all() and (sheet[3:, 4:] == pale).all()
    assert (sheet[:2, :3] == 1).all() and (sheet[:2, 12:] == 1).all() and (sheet[3:, :3] == 0).all()
    colours = mosaic([np.stack([np.full((2, 2), v) for v in (1.0, 2.0, -6.0)], 2)])
    assert colours.shape == (2, 2) and (colours == -1).all()
    assert mosaic([np.arange(3.0)]).tolist() == [[0, 0.5, 1]]
