"""Pins and the tab Compare: frozen runs beside the one that goes on, and what each control shows of them."""

import json
import re
import time
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pytest

from tests.patience import PATIENCE
from workbench import storage
from workbench.algorithms import PDHG
from workbench.app.compare import CompareView
from workbench.app.compare.lines import style
from workbench.app.run.transport import Transport
from workbench.app.toolkit.panels import DIVERGING, GREY, SPREAD
from workbench.comparison import compare
from workbench.data import Shipped
from workbench.experiment import Experiment
from workbench.jobs import Status
from workbench.live.pins import Pins
from workbench.live.pins.beside import AllBeside, pin
from workbench.live.session import Session
from workbench.live.studies.intervals import LOW, OFF, WIDTH
from workbench.operators import GaussianBlur
from workbench.parameters import changed, describe
from workbench.refusal import Refusal
from workbench.tuning.quantifiers import SplitConformal

EXPERIMENT = Experiment(Shipped("cell", 16), GaussianBlur((1, 16, 16), 1.0), algorithm=PDHG(), steps=6)
EVIL = "<img src=x onerror=alert(1)>"


@pytest.fixture
def session():
    made = Session(EXPERIMENT)
    yield made
    made.close()


@pytest.fixture(scope="module")
def run():
    return EXPERIMENT.run()


def finished(session):
    """The last frame of a run."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        frame = session.tick()
        if frame is not None and frame.status is Status.DONE:
            return frame
        time.sleep(0.005)  # the run's thread has the interpreter meanwhile
    raise AssertionError("the run does not end")


def played(session):
    session.play()
    return finished(session)


@pytest.fixture
def view(session):
    """The tab with one pin, PDHG, and a run of another weight beside it."""
    made = CompareView(session, lambda: None, clock=lambda: made.now)
    made.now = 0.0
    made.show_pictures(session.pictures())
    played(session)
    pin(session)
    session.set("prior.weight", 50.0)
    session.reset()
    frame = played(session)
    made.refresh()
    made.show_frame(frame)
    assert made.beat(frame)
    made.frame = frame
    return made


def test_a_pin_stays_as_it_was_while_the_page_goes_on(session):
    frame = played(session)
    kept = pin(session)
    before = {name: kept.run.dataset[name].values.copy() for name in ("x", "psnr", "k", "calls")}
    session.set("prior.weight", 90.0)
    session.reset()
    later = played(session)
    assert not np.array_equal(later.image, frame.image)
    for name, values in before.items():
        np.testing.assert_array_equal(kept.run.dataset[name].values, values)
    np.testing.assert_array_equal(kept.run.picture, frame.image)
    assert kept.label == "PDHG" and kept.run.settings["prior.weight"][0] == EXPERIMENT.prior.weight


def test_nothing_is_pinned_before_the_first_iterate_and_the_page_says_so():
    session, said = Session(EXPERIMENT), []
    session.job.cancel()
    try:
        if session.job.latest.state is None:
            with pytest.raises(Refusal, match="at least one iteration"):
                pin(session)
        transport = Transport(session, remark=lambda sentence, done=False: said.append(sentence))
        transport.pin.clicks += 1
        assert said and (said[0].startswith("wanted a run with") or said[0].startswith("Pinned as PDHG (1 of 8)"))
    finally:
        session.close()


def test_the_ninth_pin_is_refused_and_the_eight_stay(run):
    pins = Pins()
    for _ in range(8):
        pins.add(run)
    with pytest.raises(Refusal, match=r"at most 8 pinned runs.*unpin one first"):
        pins.add(run)
    assert len(pins.all) == 8 == len({pin.label for pin in pins.all})
    pins.remove(pins.all[0].key)
    assert pins.add(run, "ninth").label == "ninth"


def test_pins_have_room_that_is_said(run):
    pins = Pins(room=3 * 2**20)
    large = run.assign(x=run.x.copy(data=run.x.values), more=("more", np.zeros(2**18)))
    pins.add(large)
    with pytest.raises(Refusal, match="pinned runs of at most 3 MiB, got 4 MiB"):
        pins.add(large)
    assert len(pins.all) == 1


def test_a_saved_run_is_pinned_without_what_is_not_compared(tmp_path):
    EXPERIMENT.run(out=tmp_path / "run.nc")
    saved = storage.load(tmp_path / "run.nc")
    assert {"iterates", "state_0"} & set(map(str, saved.variables))
    made = Pins().add(saved, "saved")
    assert not [n for n in map(str, made.run.dataset.variables) if n.startswith(("iterate", "state_", "path_"))]
    assert made.experiment is not None and describe(made.experiment) == describe(EXPERIMENT)
    with pytest.raises(Refusal, match="without x"):
        Pins().add(saved.drop_vars("x"))


def test_names_are_one_line_and_apart(run):
    pins = Pins()
    first, second = pins.add(run, "a\nb\x00"), pins.add(run, "x" * 200)
    assert first.label == "a b" and len(second.label) == 60
    pins.rename(second.key, "a b")
    assert [pin.label for pin in pins.all] == ["a b", "a b (2)"] == [pin.run.label for pin in pins.all]
    for bad, sentence in ((" \n", "a name for a pin"), ("", "a name for a pin")):
        with pytest.raises(Refusal, match=sentence):
            pins.rename(first.key, bad)
    with pytest.raises(Refusal, match="a pinned run"):
        pins.remove(99)


def test_two_pages_do_not_share_pins(run):
    one, other = Session(EXPERIMENT), Session(EXPERIMENT)
    try:
        one.pins.add(run)
        assert len(one.pins.all) == 1 and not other.pins.all
    finally:
        one.close()
        other.close()


def test_pictures_stand_beside_each_other_on_one_scale(view, session):
    titles = [panel.title for panel in view.columns.panels[:3]]
    assert titles == ["truth", "this run", "PDHG"]
    assert view.pins.shown.value == ["truth", "now", "1"] and len(view.columns.row.objects) == 3
    shown = [panel._grey.data["image"][0] for panel in view.columns.panels[:3]]
    for drawn, wanted in zip(
        shown, (view.beside.all["truth"].picture, view.frame.image, session.pins.all[0].run.picture), strict=True
    ):
        np.testing.assert_allclose(drawn / 255, np.clip(wanted, 0, 1), atol=1 / 254)


def test_differences_are_those_of_the_pictures(view, session):
    view.mode.value = "differences"
    view.left.value = "1"
    assert [panel.title for panel in view.columns.panels[:2]] == ["truth − PDHG", "this run − PDHG"]
    apart = view.frame.image - session.pins.all[0].run.picture
    made, limits, said = view.beside.differences("1")
    np.testing.assert_array_equal(made[1][1], apart)
    truth = view.beside.all["truth"].picture - session.pins.all[0].run.picture
    assert limits[1] == pytest.approx(max(np.abs(apart).max(), np.abs(truth).max())) and limits[0] == -limits[1]
    assert not said


def test_a_line_divides_two_pictures_and_two_blink(view, session):
    view.mode.value = "divider"
    view.left.value, view.right.value = "1", "now"
    view.divider.value = 25
    drawn = view.columns.panels[0]._grey.data["image"][0] / 255
    pinned = session.pins.all[0].run.picture
    np.testing.assert_allclose(drawn[:, :4], np.clip(pinned[:, :4], 0, 1), atol=1 / 254)
    np.testing.assert_allclose(drawn[:, 4:], np.clip(view.frame.image[:, 4:], 0, 1), atol=1 / 254)
    assert view.columns.divider.location == 4 and view.columns.divider.visible
    assert view.columns.divider in view.columns.panels[0].image.center
    view.mode.value = "blink"
    seen = set()
    for view.now in (0.1, 0.8):
        assert view.beat(view.frame) or not seen
        seen.add(view.columns.panels[0].title)
    assert seen == {"PDHG", "this run"} and not view.columns.divider.visible


def test_the_profile_and_its_mark_follow_the_slider(view):
    view.row.value = 30
    lines = [source.data["y"] for source in view.profile.sources]
    np.testing.assert_allclose(lines[1], view.frame.image[4], rtol=1e-6)
    assert view.columns.row_marks[1].location == 4.5


def test_curves_over_iterations_seconds_and_calls(view, session):
    run = session.pins.all[0].run.dataset
    view.quantity.value = "psnr"
    for over in ("k", "seconds", "calls"):
        view.over.value = over
        this, pinned = view.curves.sources
        np.testing.assert_allclose(pinned.data["x"], run[over].values, rtol=1e-6)
        np.testing.assert_allclose(pinned.data["y"], run.psnr.values[:, 0], rtol=1e-6)
        assert len(this.data["x"]) == len(view.frame.ks)


def test_an_objective_of_another_problem_is_not_drawn_and_said(view, session):
    view.quantity.value = "objective"
    assert len(view.curves.sources) == 1, "another weight is another objective"
    assert "Not drawn, since of another problem: PDHG" in view.note.sentence
    session.set("prior.weight", EXPERIMENT.prior.weight)
    session.reset()
    frame = played(session)
    view.refresh()
    view.show_frame(frame)
    view.beat(frame)
    assert len(view.curves.sources) == 2 and "Not drawn" not in view.note.sentence
    view.quantity.value = "excess"
    best = min(frame.curves["objective"].min(), session.pins.all[0].run.dataset.objective.values.min())
    this = view.beside.values(view.beside.all["now"], "excess")
    np.testing.assert_allclose(this, (frame.curves["objective"] - best) / best)
    row = int(np.flatnonzero(this <= 1e-3)[0])
    assert view.log.value and view.curves.rings[0].data["x"] == [row]
    cells = Cells(view.table.object).words
    place = cells.index("iterations to within 0.1% of the best")
    found = compare(session.dataset(), session.pins.all[0].run.dataset).marks(1e-3)
    assert cells[place + 1 : place + 3] == [str(mark.k) if mark.reached else "never" for mark in found]


def test_no_two_lines_of_nine_runs_look_alike():
    assert len({style(number) for number in range(9)}) == 9
    assert style(None)[0] not in {style(number)[0] for number in range(9)}


def test_the_table_tells_what_differs_and_escapes(view, session):
    session.pins.rename(session.pins.all[0].key, EVIL)
    view.beat(view.frame)
    text = view.table.object
    assert "&lt;img src=x" in text and "<img" not in text
    cells = Cells(text)
    assert "prior.weight" in cells.words and "50" in cells.words and "settings agree" in text
    assert f"{view.frame.at_k('psnr'):.2f}" in cells.words
    assert all("<img" not in panel.caption.object for panel in view.columns.panels)


class Cells(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.feed(text)

    def handle_data(self, data):
        self.words.append(data)


def test_a_pin_is_renamed_taken_back_and_away(session):
    heard = []
    view = CompareView(session, lambda: heard.append(1))
    view.show_pictures(session.pictures())
    frame = played(session)
    pin(session)
    session.set("prior.weight", 50.0)
    view.beat(frame)
    view.pins.name.value = "mine"
    view.beat(frame)
    assert session.pins.all[0].label == "mine" and view.pins.pin.options == {"mine": 1}
    view.pins.name.value = ""
    assert "a name for a pin" in view.pins.complaint.sentence and view.pins.name.value == "mine"
    view.pins.back.clicks += 1
    assert heard and describe(session.experiment) == describe(changed(EXPERIMENT, steps=session.experiment.steps))
    view.pins.unpin.clicks += 1
    view.beat(frame)
    assert not session.pins.all and view.pins.unpin.disabled and view.pins.back.disabled
    assert view.pins.shown.options == {"truth": "truth", "data": "data", "this run": "now"}
    assert view.beside.chosen == ("truth", "now"), "data stand beside them where a person asks for them"
    view.mode.value, view.left.value, view.right.value = "divider", "data", "now"
    assert "data | this run" in view.columns.panels[0].caption.object


def test_at_most_four_are_shown_and_it_is_said(session, run):
    beside = AllBeside(session)
    beside.problem(session.pictures())
    for _ in range(5):
        session.pins.add(run)
    beside.follow()
    assert beside.chosen == ("truth", "now", "1", "2")
    said = beside.choose(("truth", "now", "1", "2", "5"))
    assert beside.chosen == ("now", "1", "2", "5") and "At most 4" in said
    assert beside.choose(("5",)) == "" and beside.chosen == ("5",)
    session.pins.remove(5)
    beside.follow()
    assert beside.chosen == ()


def test_pictures_of_other_sizes_are_not_subtracted(session):
    other = Experiment(Shipped("camera", 24), GaussianBlur((1, 24, 24), 1.0), steps=2).run()
    session.pins.add(other, "larger")
    view = CompareView(session, lambda: None)
    view.show_pictures(session.pictures())
    frame = played(session)
    view.beat(frame)
    view.mode.value = "differences"
    assert "Of another size than truth: larger" in view.note.sentence
    view.mode.value = "divider"
    view.right.value = "1"
    assert "choose two of one size" in view.note.sentence


def test_the_report_is_the_one_of_the_runs(view, session):
    view.make.clicks += 1
    end = time.monotonic() + PATIENCE
    while view.reporting.page is None and time.monotonic() < end:
        view.beat(view.frame)
        time.sleep(0.005)
    assert not view.save.disabled
    found = compare(session.dataset(), session.pins.all[0].run.dataset, labels=("this run", "PDHG"))
    assert unnamed(view.save.callback().read()) == unnamed(found.report())


def unnamed(page: str) -> str:
    """A page without the names of the parts of its drawings, which are random."""
    return re.sub(r"[a-z][0-9a-f]{10}\b", "", page)


def test_there_is_no_report_of_one_run(session):
    view = CompareView(session, lambda: None)
    view.show_pictures(session.pictures())
    view.beat(played(session))
    view.make.clicks += 1
    view.beat(None)
    assert "press Pin" in view.complaint.sentence and view.save.disabled


def test_a_run_that_was_moved_on_its_way_says_so(session, run):
    moved = run.assign_attrs(marks=json.dumps([[3, "prior.weight = 2"]]))
    found = compare(run, moved, labels=("straight", "moved"))
    assert any("changed on the way of moved" in note for note in found.notes)


def test_rows_before_a_moved_slider_spoil_no_mark_of_a_pin(session):
    """At a small weight the objective is small: what was reached there is not the best of the run that went on."""
    session.set("prior.weight", 50.0)
    session.reset()
    played(session)
    pin(session)
    session.set("prior.weight", 0.01)
    session.reset()
    session.step(3)
    end = time.monotonic() + PATIENCE
    while session.job.latest.k < 3 or session.job.latest.status is not Status.PAUSED:
        assert session.tick() or time.monotonic() < end
        time.sleep(0.005)
    session.set("prior.weight", 50.0)
    beside = AllBeside(session)
    beside.problem(session.pictures())
    frame = played(session)
    beside.frame(frame)
    assert frame.marks[-1][0] == 3
    now, pinned = beside.all["now"], beside.all["1"]
    assert now.problem_key == pinned.problem_key
    best = min(pinned.columns["objective"].min(), frame.curves["objective"][frame.ks > 3].min())
    assert frame.curves["objective"][:4].min() < best
    np.testing.assert_allclose(beside.values(pinned, "excess"), (pinned.columns["objective"] - best) / best)
    assert np.isnan(beside.values(now, "excess")[:4]).all()
    kept = pin(session)
    np.testing.assert_allclose(beside.values(beside.all[str(kept.key)], "excess"), beside.values(now, "excess"))
    found = compare(session.dataset(), session.pins.all[0].run.dataset).marks(1e-3)
    rows = [beside.mark(run) for run in (now, pinned)]
    ks = [None if r is None else int(run.columns["k"][r]) for r, run in zip(rows, (now, pinned), strict=True)]
    assert [m.k for m in found] == ks


def test_a_pin_that_diverged_is_no_best_and_has_no_mark(session, run):
    """Its objective is less than that of all others: what came to nothing is not what they are measured by."""
    lower = run.assign(objective=run.objective / 2)
    session.pins.add(run, "good")
    session.pins.add(lower.assign_attrs(outcome="diverged"), "lost")
    beside = AllBeside(session)
    beside.problem(session.pictures())
    good, lost = beside.all["1"], beside.all["2"]
    best = float(run.objective.min())
    np.testing.assert_allclose(np.nanmin(beside.values(good, "excess")), 0, atol=1e-6)
    np.testing.assert_allclose(beside.values(lost, "excess"), (lost.columns["objective"] - best) / best)
    assert beside.mark(good) is not None and beside.mark(lost) is None
    session.pins.add(lower, "finished")
    assert beside.mark(beside.all["1"]) is None and beside.mark(beside.all["3"]) is not None


@pytest.fixture
def turned(view, session):
    """The tab with intervals of the present run and of the pin, from twenty held-out pictures each."""
    view.intervals.switch.value = WIDTH
    view.beat(view.frame)
    own = view.beside.turned.own
    own.set("method", SplitConformal(held_out=20))
    view.intervals.find.clicks += 1
    end = time.monotonic() + PATIENCE
    turned = view.beside.turned
    while turned.sentence(view.beside.all) or turned.pinned.missing or turned.own.found.done < 20:
        assert time.monotonic() < end, view.note.sentence
        view.beat(view.frame)
        time.sleep(0.01)
    view.beat(view.frame)
    return view


def test_runs_show_the_width_of_their_intervals_on_one_scale(turned, session):
    (kept,) = session.pins.all
    known = list(SplitConformal(held_out=20).pictures(kept.experiment.problem(), kept.experiment.algorithm, 6))[-1]
    assert [panel.title for panel in turned.columns.panels[:2]] == ["this run", "PDHG"]
    assert turned.columns.row.objects[-1] is turned.table, "there is room beside two"
    assert len(turned.columns.row.objects) == 1 + 2, "a width has no truth beside it"
    widths = turned.beside.turned.own.found.interval.width[0], known.interval.width[0]
    most = float(max(w.max() for w in widths))
    assert turned.beside.limits() == pytest.approx((0, most))
    for panel, width in zip(turned.columns.panels, widths, strict=False):
        assert panel.palette is SPREAD
        np.testing.assert_allclose(panel._grey.data["image"][0] / 255, width / most, atol=1 / 254)
    inside = known.interval.coverage(kept.experiment.problem().truth[0])
    assert f"{inside:.0%} inside" in turned.columns.panels[1].caption.object
    turned.intervals.switch.value = OFF
    assert [panel.title for panel in turned.columns.panels[:3]] == ["truth", "this run", "PDHG"]
    assert turned.columns.panels[1].palette is GREY and not len(turned.intervals.place)


def test_ends_stand_beside_the_truth_and_can_be_subtracted(turned, session):
    turned.intervals.switch.value = LOW
    assert [panel.title for panel in turned.columns.panels[:3]] == ["truth", "this run", "PDHG"]
    low = turned.beside.turned.pinned.of(session.pins.all[0]).interval.low[0].numpy()
    np.testing.assert_allclose(turned.columns.panels[2]._grey.data["image"][0] / 255, np.clip(low, 0, 1), atol=1 / 254)
    turned.mode.value, turned.left.value = "differences", "truth"
    made, _, _ = turned.beside.differences("truth")
    np.testing.assert_allclose(made[-1][1], low - turned.beside.all["truth"].picture, atol=1e-6)
    assert turned.columns.panels[0].palette is DIVERGING


def test_what_was_found_of_a_pin_stays_and_what_was_not_is_said(turned, session):
    pinned = turned.beside.turned.pinned
    found = pinned.of(session.pins.all[0])
    turned.beside.turned.own.set("method", "PosteriorDraws")
    turned.beat(turned.frame)
    assert "this run: PDHG has one answer and draws none" in turned.note.sentence
    assert "PDHG: not found yet" in turned.note.sentence and not turned.columns.row.objects
    turned.intervals.find.clicks += 1
    end = time.monotonic() + PATIENCE
    while "PDHG: PDHG has one answer" not in turned.note.sentence:
        assert time.monotonic() < end
        turned.beat(turned.frame)
        time.sleep(0.01)
    turned.beside.turned.own.set("method", SplitConformal(held_out=20))
    assert pinned.of(session.pins.all[0]) is found and not pinned.missing


def test_a_pin_that_does_not_tell_how_it_was_made_has_no_interval_and_says_so(session, run):
    session.pins.all = (replace(session.pins.add(run, "foreign"), experiment=None),)
    beside = AllBeside(session)
    beside.problem(session.pictures())
    beside.turned.look = WIDTH
    assert "foreign: the saved run does not tell how it was made" in beside.turned.sentence(beside.all)
