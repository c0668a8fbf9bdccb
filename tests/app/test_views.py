"""Views from frames made by hand: no browser, no runner."""

import numpy as np
import pytest

from tests.app.conftest import frame
from workbench.app.frames import Pictures
from workbench.app.images import balanced, bytes_of, smaller, thinned
from workbench.app.session import Session
from workbench.app.views.compare import Compare
from workbench.app.views.curves import SERIES, Convergence, Curves, merged
from workbench.app.views.pictures import Gallery
from workbench.app.views.transport import Transport, duration, line, usable
from workbench.jobs import Status


def pictures(*shape: int, data: tuple[int, ...] = ()) -> Pictures:
    truth = np.random.default_rng(0).random(shape, np.float32)
    return Pictures(1, truth, np.zeros(data or shape, np.float32), "data")


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
    view, shown = Gallery(), pictures(*shape, data=(5, 7) if len(shape) > 1 else (30,))
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
    curves.select.value = next(s for s in SERIES if s.proof)
    assert told == [True]
    proofs = {"k": np.array([3.0, 9.0]), "seconds": np.array([0.1, 0.4]), "duality gap": np.array([0.5, 0.01])}
    view.show_frame(frame(proofs=proofs | {"fixed-point residual": np.full(2, np.nan)}))
    assert curves.lines.data["x"].tolist() == [3, 9]
    assert curves.lines.data["duality gap"].tolist() == pytest.approx([0.5, 0.01])
    assert not curves.note.sentence
    curves.select.value = SERIES[0]
    assert told[-1] is False


def test_limits_stay_until_they_are_fitted() -> None:
    view = Gallery()
    view.show_pictures(pictures(32, 32))
    view.show_frame(frame())
    view.show_frame(frame(image=np.full((32, 32), 4.0), error=np.full((32, 32), 3.0)))
    assert view._limits["image"] == (0.0, 1.0)
    assert view._limits["error"] == (-0.5, 0.5), "set by the first frame"
    view.fit.clicks += 1
    assert view._limits["error"] == (-3.0, 3.0)


@pytest.mark.parametrize("shape", [(32, 32), (32, 32, 3), (64,)])
def test_divider_joins_truth_and_reconstruction(shape: tuple[int, ...]) -> None:
    view, shown = Compare(), pictures(*shape)
    view.show_pictures(shown)
    view.show_frame(frame(image=np.zeros(shape, np.float32)))
    view.divider.value = 0
    assert not np.any(view._lines.data["image"])
    if len(shape) == 2:
        assert not view.panel._grey.data["image"][0].any()
        view.divider.value = 100
        assert view.panel._grey.data["image"][0].any()


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


@pytest.mark.parametrize(("share", "row"), [(0, 0), (30, 3), (55, 5), (100, 9)])
def test_the_profile_is_of_the_row_that_is_marked(share: int, row: int) -> None:
    truth = np.arange(60, dtype=np.float32).reshape(10, 6)
    for shown, known in ((truth, truth[row]), (np.stack([truth, 2 * truth, 6 * truth], 2), 3 * truth[row])):
        view = Compare()
        view.show_pictures(Pictures(1, shown, np.zeros((10, 6), np.float32), "data"))
        view.show_frame(frame(image=shown + 1))
        view.row.value = share
        drawn = view._lines.data
        assert drawn["at"].tolist() == list(range(6))
        np.testing.assert_allclose(drawn["truth"], known)
        np.testing.assert_allclose(drawn["image"], known + 1)
        assert view._mark.location == row + 0.5
