"""The menu of a picture in a cell: found once for all views of a run, drawn as on the page, ended with the run."""

import threading
from collections.abc import Iterator

import numpy as np
import pytest

from tests.notebook.test_workbench import registered, until
from workbench.algorithms import FISTA
from workbench.data import Shipped
from workbench.experiment import Experiment
from workbench.live.images import bytes_of
from workbench.live.studies.intervals import HIGH, LOW, OFF, WIDTH
from workbench.noise import Gaussian
from workbench.notebook import Workbench
from workbench.notebook.panels import values_of
from workbench.operators import GaussianBlur
from workbench.priors import Tikhonov
from workbench.tuning.quantifiers import LaplaceApproximation, SplitConformal

SMALL = Experiment(Shipped("coins", 16), GaussianBlur((1, 16, 16)), Gaussian(0.1), Tikhonov(20.0), FISTA(), steps=40)


@pytest.fixture
def wb() -> Iterator[Workbench]:
    made = Workbench(SMALL)
    made.play()
    until(lambda: made.k == 40)
    yield made
    made.close()


def turned(view, look):
    """The view with that look, by the approximation that is exact here, once it is drawn."""
    view.intervals.set("method", LaplaceApproximation(share=0.8))
    view.intervals.look.value = look
    if view.intervals.studies.found is None:
        view.intervals.begin()
    until(lambda: look in view.screen.panels[-1]["title"])
    return view.screen.panels[-1]


def interval(wb):
    *_, found = LaplaceApproximation(share=0.8).pictures(wb.problem, FISTA(), 40)
    return found.interval


def test_a_picture_turns_into_the_width_and_the_ends(wb):
    view = wb.views.Picture()
    until(lambda: view.screen.panels)
    assert view.intervals.controls is None and len(view.children) == 2, "nothing more than a menu until it is asked for"
    known, truth = interval(wb), wb.problem.truth
    for look, signal in ((WIDTH, known.width), (LOW, known.low), (HIGH, known.high)):
        panel = turned(view, look)
        values = signal[0].numpy().astype(np.float32)
        limits = (0.0, float(values.max())) if look == WIDTH else (0.0, 1.0)
        np.testing.assert_array_equal(values_of(panel), bytes_of(values, limits))
        assert panel["map"] == ("viridis" if look == WIDTH else "gray")
        assert panel["caption"] == f"mean {values.mean():.3g}"
    inside = f"{known.coverage(truth[0].double()):.1%} lie inside"
    assert inside in view.intervals.controls.words.value
    view.intervals.look.value = OFF
    until(lambda: view.screen.panels[-1]["title"] == "Reconstruction")
    assert view.intervals.controls.layout.display == "none"


def test_what_one_view_finds_is_there_for_all(wb):
    first, second = wb.views.Picture(), wb.views.Explore("prior.weight")
    until(lambda: first.screen.panels and second.screen.panels)
    turned(first, WIDTH)
    second.intervals.look.value = LOW
    until(lambda: second.screen.panels[-1]["title"] == LOW)
    assert second.intervals.studies is first.intervals.studies
    wb.prior.weight = 30.0  # another posterior: this was of the one before
    until(lambda: first.screen.panels[-1]["title"] == "Reconstruction")
    assert "Find intervals" in first.intervals.controls.words.value


def test_the_divider_has_the_truth_beside_an_end_and_twice_the_error_beside_the_width(wb):
    view = wb.views.Compare()
    until(lambda: view.screen.panels)
    known, truth, x = interval(wb), wb.problem.truth[0, 0].numpy(), wb.x[0, 0].numpy()
    panel = turned(view, LOW)
    assert panel["title"] == f"Truth | {LOW}"
    both = np.concatenate([truth[:, :8], known.low[0].numpy()[:, 8:]], 1).astype(np.float32)
    np.testing.assert_array_equal(values_of(panel), bytes_of(both, (0.0, 1.0)))
    panel = turned(view, WIDTH)
    assert panel["title"] == f"Twice the error | {WIDTH}" and panel["map"] == "viridis"
    both = np.concatenate([2 * np.abs(x - truth)[:, :8], known.width[0].numpy()[:, 8:]], 1).astype(np.float32)
    drawn = values_of(panel).astype(int)
    assert np.abs(drawn - bytes_of(both, (0.0, float(known.width.max())))).max() <= 1


def test_a_method_that_has_none_says_why_and_another_is_chosen_by_hand(wb):
    view = wb.views.Picture()
    view.intervals.look.value = WIDTH
    view.intervals.set("method", "PosteriorDraws")
    until(lambda: "FISTA has one answer and draws none" in view.intervals.controls.words.value)
    assert view.intervals.controls.start.disabled
    view.intervals.set("method", SplitConformal(held_out=20))
    until(lambda: not view.intervals.controls.start.disabled)
    view.intervals.controls.start.click()
    until(lambda: "the 20 held out" in view.intervals.controls.words.value)  # a width comes before all are looked at
    until(lambda: view.screen.panels and view.screen.panels[-1]["title"] == WIDTH)
    view.intervals.set("method.held_out", -3)
    until(lambda: "held_out" in view.intervals.controls.warning.value)
    box = view.intervals.controls.form
    assert "method.held_out" in box.controls and box.controls["method.held_out"].typed.value == "20"


def test_a_workbench_that_is_closed_while_intervals_are_found_leaves_nothing():
    before, threads = set(registered()), set(threading.enumerate())
    wb = Workbench(SMALL)
    view, whole = wb.views.Picture(), wb.widget
    view.intervals.look.value = whole.intervals.look.value = WIDTH
    view.intervals.set("method", SplitConformal(held_out=5000))
    view.intervals.begin()
    until(lambda: not view.idle)
    view.close()
    assert not whole.idle, "the other view still shows what is found"
    wb.close()
    assert whole.idle and not set(registered()) - before and set(threading.enumerate()) <= threads


def test_the_still_picture_is_that_of_the_menu(wb, monkeypatch):
    written = []
    view = wb.views.Picture()
    until(lambda: view.screen.panels)
    monkeypatch.setattr(view._still, "_handle", object())
    monkeypatch.setattr(view._still, "update", lambda picture, sentence: written.append(sentence))
    turned(view, WIDTH)
    until(lambda: written and WIDTH in written[-1])
