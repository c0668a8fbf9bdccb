"""Views from frames made by hand: no browser, no runner."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from bokeh.models import NoOverlap

from tests.app.conftest import frame
from tests.test_docs import execute
from workbench.algorithms import State
from workbench.analysis import Kind
from workbench.analysis.expansion import Expansion
from workbench.app.run.curves import CERTIFICATE, SERIES, Convergence, Curves, merged
from workbench.app.run.notice import Notice
from workbench.app.run.pictures import Gallery
from workbench.app.run.transport import Transport, line
from workbench.app.toolkit.tab import View
from workbench.jobs import Columns, Proof, Snapshot, Status
from workbench.live.caps import Caps
from workbench.live.frames import ProblemPictures, data_picture, frame_of, picture
from workbench.live.frames import pictures as described
from workbench.live.images import balanced, bytes_of, extent, smaller, thinned, unit
from workbench.live.played.standing import duration, usable
from workbench.live.session import Session
from workbench.noise import Gaussian
from workbench.operators import Gradient, PhaseRetrieval
from workbench.priors import Zero
from workbench.problem import Problem
from workbench.refusal import Refusal
from workbench.run import Log, Row


def pictures(*shape: int, data: tuple[int, ...] = ()) -> ProblemPictures:
    truth = np.random.default_rng(0).random(shape, np.float32)
    return ProblemPictures(1, truth, np.zeros(data or shape, np.float32), "data")


def test_an_alert_and_its_button_have_words_before_they_are_seen_and_keep_them_until_they_are_not() -> None:
    """Of one update Panel tells the browser first what is visible: it was seen without words, coming and going."""
    notice, told = Notice(lambda: None), list[tuple[str, Any]]()
    for part, names in ((notice.alert, ["title", "visible"]), (notice.mend, ["label", "visible"])):
        part.param.watch(lambda *events: told.append(tuple((e.name, e.new) for e in events)), names)
    broken = replace(frame(), status=Status.FAILED, message="too long a step", repair={"algorithm.step_size": None})
    for shown, note in ((None, "a note"), (None, ""), (broken, ""), (None, "")):
        notice.say(shown, note)
    note, gone, repair = (("title", "a note"),), (("visible", False),), (("label", "Repair: step size automatic"),)
    seen = (("visible", True),)
    assert told == [note, seen, gone, (("title", "too long a step"),), seen, repair, seen, gone, gone]


def test_bytes_follow_the_limits_and_colours_are_packed() -> None:
    assert bytes_of(np.array([[-1.0, 0.0, 0.5, 1.0, 2.0, np.nan]]), (0, 1)).tolist() == [[0, 0, 127, 255, 255, 0]]
    packed = bytes_of(np.ones((2, 3, 3)), (0, 1))
    assert packed.shape == (2, 3)
    assert (packed == 0xFFFFFFFF).all()
    assert balanced(np.array([-1.0, 3.0])) == (-3.0, 3.0)


def test_moving_pictures_are_at_most_256_wide() -> None:
    assert smaller(np.ones((1000, 700))).shape == (250, 175)
    assert smaller(np.ones((1024, 1024, 3))).shape == (256, 256, 3)
    assert smaller(np.ones((256, 100))).shape == (256, 100)


def test_curves_are_thinned_and_keep_their_ends() -> None:
    thin = thinned({"x": np.arange(5000)})["x"]
    assert (len(thin), thin[0], thin[-1]) == (1000, 0, 4999)


@pytest.mark.parametrize("shape", [(32, 32), (20, 40), (32, 32, 3), (64,)])
def test_gallery_draws_every_kind_of_signal(shape: tuple[int, ...]) -> None:
    view, shown = Gallery(Session(), lambda: None), pictures(*shape, data=(5, 7) if len(shape) > 1 else (30,))
    view.show_pictures(shown)
    view.show_frame(frame(image=shown.truth, error=shown.truth - 0.5))
    panel = view.image
    drawn = panel._line if len(shape) == 1 else panel._grey if len(shape) == 2 else panel._colour
    assert len(next(iter(drawn.data.values()))) > 0
    assert "k = 3" in panel.caption.object


def test_certificates_have_iterations_of_their_own() -> None:
    told: list[bool] = []
    view = Convergence(told.append)
    curves = view.plots[0]
    curves.select.value = CERTIFICATE
    assert told == [True]
    proofs = {"k": np.array([3.0, 9.0]), "seconds": np.array([0.1, 0.4]), "duality gap": np.array([0.5, 0.01])}
    view.show_frame(frame(proofs=proofs | {"fixed-point residual": np.full(2, np.nan)}))
    assert curves.lines.data["x"].tolist() == [3, 9]
    assert curves.lines.data["duality gap"].tolist() == pytest.approx([0.5, 0.01])
    assert not curves.note.sentence
    curves.select.value = SERIES[0]
    assert told[-1] is False


def test_limits_stay_until_they_are_fitted() -> None:
    view = Gallery(Session(), lambda: None)
    view.show_pictures(pictures(32, 32))
    view.show_frame(frame())
    view.show_frame(frame(image=np.full((32, 32), 4.0), error=np.full((32, 32), 3.0)))
    assert view._limits["image"] == (0.0, 1.0)
    assert view._limits["error"] == (-0.5, 0.5), "set by the first frame"
    view.hands.fit()
    assert view._limits["error"] == (-3.0, 3.0)


@pytest.mark.parametrize("series", SERIES, ids=lambda s: s.title)
def test_every_series_is_drawn_on_both_axes_of_both_kinds(series) -> None:
    view = Curves("Objective", "left plot")
    view.show(frame(marks=((2, "prior.weight = 3.0"),)))
    view.select.value = series
    for log in (True, False):
        view.log.value = log
        for seconds in (True, False):
            view.axis.value = seconds
            assert len(view.lines.data["x"]) == 4
            assert view.marks.data["x"] == [0.2 if seconds else 2]
    known = series.names[0] in frame().curves | frame().proofs
    assert bool(view.note.sentence) is not known


def test_what_a_log_axis_cannot_show_is_said() -> None:
    view = Curves("Objective", "left plot")
    view.show(frame(curves={"objective": np.ones(4), "misfit": np.ones(4), "prior": np.zeros(4)}))
    assert view.note.sentence == "prior: no positive values"


def test_a_dragged_slider_leaves_one_mark() -> None:
    marks = ((10, "prior.weight = 1"), (11, "prior.weight = 2"), (12, "operator.width = 3"), (90, "operator.width = 4"))
    assert merged(marks, 5) == [(11, "prior.weight = 2"), (12, "operator.width = 3"), (90, "operator.width = 4")]


def test_buttons_are_those_that_do_something(session: Session) -> None:
    assert usable(frame()) == {"Pause", "Step", "Reset", "Cancel"}
    assert "Pause" not in usable(frame(status=Status.PAUSED))
    assert usable(frame(status=Status.CANCELLED)) == {"Play", "Reset"}
    view = Transport(session)
    view.show_frame(frame(status=Status.DONE, k=20))
    assert view.buttons["Pause"].disabled
    assert not view.buttons["Play"].disabled
    assert view.bar.value == 100


def test_progress_is_one_line() -> None:
    assert line(frame()) == "<b>running</b> · iteration 3 of 20 · 12 it/s · 1 s left"
    assert [duration(s) for s in (5, 200, 9000)] == ["5 s", "3 min", "2.5 h"]


def test_pictures_average_whole_blocks_and_limits_are_those_of_the_values() -> None:
    image = np.arange(700 * 500, dtype=np.float32).reshape(700, 500)  # of blocks of 3 x 3; the rim is cut
    middle = image[1:-1:3, 1:-1:3][:233, :166]
    np.testing.assert_allclose(smaller(image), middle, rtol=1e-6)
    assert extent(np.array([3.0, np.nan, -2.0])) == (-2.0, 3.0)
    assert extent(np.full(3, 4.0)) == (3.5, 4.5)
    assert extent(np.array([np.nan])) == (0.0, 1.0)
    assert balanced(np.array([1.0, -4.0])) == (-4.0, 4.0)
    assert balanced(np.zeros(2)) == (-1.0, 1.0)
    assert [unit(np.array(v)) for v in ([0.0, 1.0], [0.2, 0.3])] == [(0.0, 1.0)] * 2
    assert [unit(np.array(v)) for v in ([-0.1, 1.0], [0.0, 1.1])] == [(-0.1, 1.0), (0.0, 1.1)]
    assert bytes_of(np.array([[0.0, 1 / 256 + 1e-4, 255 / 256 + 1e-4]]), (0, 1)).tolist() == [[0, 1, 255]]


def test_what_is_kept_of_curves_is_spread_over_all_of_it() -> None:
    kept = np.arange(1, 5000, 7)
    thin = thinned({"x": np.arange(5000)}, 10, kept)["x"]
    assert set(np.linspace(0, 4999, 10).astype(int)) <= set(thin) and len(thin) <= 20
    assert kept[-1] in thin and kept[0] in thin


def test_data_are_drawn_by_decades_and_vectors_by_their_length() -> None:
    y = torch.tensor([[[1e-9, 1.0 + 0j, 10j, -100.0]]]).reshape(1, 1, 2, 2)
    drawn, label = data_picture(y)
    np.testing.assert_allclose(drawn, [[-1.0, 0.0], [1.0, 2.0]], atol=1e-6)
    assert label == "log10 |data|"
    problem = Problem(Gradient((1, 4, 5)), Gaussian(0.1), Zero(), torch.zeros(1, 1, 2, 4, 5))
    vectors = torch.tensor([3.0, -4.0]).reshape(1, 1, 2, 1, 1).expand(1, 1, 2, 4, 5)
    shown = described(replace(problem, y=vectors), 7)
    assert (shown.version, shown.data_label) == (7, "length of the data's vectors")
    np.testing.assert_allclose(shown.data, np.full((4, 5), 5.0), rtol=1e-6)
    assert shown.truth is None and shown.shape == (4, 5)


def test_a_signal_is_drawn_by_its_first_channel_its_colours_or_its_modulus() -> None:
    x = torch.arange(60.0).reshape(1, 3, 4, 5)
    np.testing.assert_array_equal(picture(x), x[0].movedim(0, -1).numpy())
    np.testing.assert_array_equal(picture(x[:, :2]), x[0, 0].numpy())
    np.testing.assert_array_equal(picture((3 + 4j) * x[:, 1:2]), 5 * x[0, 1].numpy())


def test_a_frame_says_what_is_left_and_what_each_number_is() -> None:
    """At iteration 30 of 100, at 7 a second, 10 seconds are left; the error is that of the aligned iterate."""
    truth = disc()
    operator = PhaseRetrieval((1, 8, 8))
    problem = Problem(operator, Gaussian(0.1), Zero(), operator(truth), truth)
    grown = Expansion(*(torch.tensor(pair) for pair in ([1.5, 1.2], [0.3, 0.9], [1.01, 1.1])))
    proofs = (Proof(10, 0.5, Kind.GAP, 0.25), Proof(20, 1.0, Kind.RESIDUAL, 0.125))
    state = State(-truth, 30)
    seen = Snapshot(state=state, steps=100, expansion=grown, proofs=proofs)
    drawn = frame_of(seen, Columns(), problem, picture(truth), 7.0)
    assert drawn.remaining == pytest.approx(10)
    assert drawn.expansion == pytest.approx((1.5, 0.9, 1.1))
    np.testing.assert_array_equal(drawn.image, -picture(truth))
    np.testing.assert_allclose(drawn.error, 0 * picture(truth), atol=1e-6)
    np.testing.assert_array_equal(drawn.proofs["k"], [10, 20])
    np.testing.assert_array_equal(drawn.proofs["duality gap"], [0.25, np.nan])
    np.testing.assert_array_equal(drawn.proofs["fixed-point residual"], [np.nan, 0.125])
    assert frame_of(seen, Columns(), problem, picture(truth), 0.0).remaining is None


def disc() -> torch.Tensor:
    t = torch.linspace(0, 1, 8)
    return (0.2 + ((t[:, None] - 0.5) ** 2 + (t - 0.4) ** 2 < 0.1).float())[None, None]


def test_rows_are_read_once_but_the_last_which_may_have_been_completed() -> None:
    log, rows = Log(), Columns()
    for k in range(300):
        psnr = torch.tensor([float("nan") if k % 70 == 69 else float(k)])
        log.add(Row(State(torch.zeros(1), 2 * k), k / 10, {"psnr": psnr}))
        if k % 70 == 69:
            rows.read(Snapshot(log=log, recorded=k + 1))
            assert np.isnan(rows.arrays()["psnr"][-1])
            log.complete({"psnr": torch.tensor([float(k)])})
    rows.read(Snapshot(log=log, recorded=300))
    np.testing.assert_array_equal(rows.arrays()["psnr"], np.arange(300))
    np.testing.assert_array_equal(rows.ks, 2 * np.arange(300))
    np.testing.assert_allclose(rows.seconds, np.arange(300) / 10)
    fewer = log.upto(State(torch.zeros(1), 20))
    rows.read(Snapshot(log=fewer, recorded=11))
    np.testing.assert_array_equal(rows.arrays()["psnr"], np.arange(11))


def test_a_curve_is_known_at_the_iterate_that_is_drawn_or_not_at_all() -> None:
    assert frame().at_k("psnr") == 1.0
    assert frame(k=4).at_k("psnr") is None
    assert frame(k=2).at_k("psnr") == 2.0 and frame(at=1).at_k("psnr") == 3.0
    assert frame().at_k("ssim") is None
    assert frame(curves={"psnr": np.array([1.0, 2.0, 3.0, np.nan])}).at_k("psnr") is None


def test_the_ring_stands_at_the_highest_value_and_the_bar_at_the_share_that_is_done(session: Session) -> None:
    view = Curves("PSNR", "left plot")
    shown = {"ks": 10 * np.arange(4), "seconds": np.arange(4) / 4, "curves": {"psnr": np.array([3.0, 9.0, 7.0, 8.0])}}
    view.show(frame(**shown))
    assert (view.best.data["x"], view.best.data["y"]) == ([10], [9.0])
    assert view.best.data["text"] == ["highest 9.00 dB at k = 10"]
    view.axis.value = True
    assert view.best.data["x"] == [0.25]
    bar = Transport(session)
    for k, share in ((3, 15), (10, 50), (25, 100)):
        bar.show_frame(frame(k=k))
        assert bar.bar.value == share


def test_the_curves_of_a_recording_say_what_their_numbers_are() -> None:
    session = Session.from_address("example=ecg", Caps())
    view = Gallery(session, lambda: None)
    view.show_pictures(session.pictures())
    assert isinstance(view.image.curve.xaxis[0].major_label_policy, NoOverlap), (
        "large letters would run into each other"
    )
    assert [panel.curve.yaxis[0].axis_label for panel in (view.data, view.image)] == ["ADC steps"] * 2
    session.close()


def test_a_view_says_what_it_has_not_been_given() -> None:
    class Bare(View):
        """A view without anything."""

    with pytest.raises(Refusal, match="`title` of Bare, got none: say in the class"):
        Bare.title  # noqa: B018
    with pytest.raises(Refusal, match="`element` of Bare, got none: make in __init__"):
        Bare(Session(), lambda: None).element  # noqa: B018


def test_the_view_of_the_docs_counts_what_can_be_counted() -> None:
    view = execute("docs/adding_a_view.md").Histogram(Session(), lambda: None)
    view.show_frame(frame(image=None))
    assert len(view.bars.data["top"]) == 0
    view.show_frame(frame(image=np.array([[0.0, 0.25, np.nan], [1.0, 1.0, 1.0]])))
    assert (view.bars.data["top"][0], view.bars.data["top"][-1], sum(view.bars.data["top"])) == (1, 3, 5)
