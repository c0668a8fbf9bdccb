"""The interval switch of the pictures: what it shows, how one is got, and data unlike those that were held out."""

import time
from collections.abc import Iterator

import numpy as np
import pytest

from tests.app.test_session import reached
from tests.patience import PATIENCE
from workbench.algorithms import ADMM, LBFGS
from workbench.app.run.large_picture import LargePicture
from workbench.app.run.pictures import Gallery
from workbench.data import Shipped
from workbench.experiment import Experiment
from workbench.live.frames import picture
from workbench.live.session import Session
from workbench.live.studies.intervals import HIGH, LOW, OFF, WIDTH, IntervalStudy
from workbench.noise import Gaussian
from workbench.operators import GaussianBlur
from workbench.priors import SmoothedTotalVariation, TotalVariation
from workbench.tuning.quantifiers import LaplaceApproximation, SplitConformal

SHAPE = (1, 16, 16)


@pytest.fixture
def session() -> Iterator[Session]:
    parts = GaussianBlur(SHAPE, 1.0), Gaussian(0.05), TotalVariation(5.0), ADMM()
    made = Session(Experiment(Shipped("coins", 16), *parts, steps=20))
    yield made
    made.close()


@pytest.fixture
def gallery(session: Session) -> Gallery:
    view = Gallery(session, lambda: None)
    view.show_pictures(session.pictures())
    session.play()
    view.show_frame(reached(session, 20))
    return view


def sent(panel) -> np.ndarray:
    return np.asarray(panel._grey.data["image"][0])


def seen(studies: IntervalStudy) -> tuple[np.ndarray, tuple[float, float]]:
    drawn = studies.drawn()
    assert drawn is not None
    return drawn


def found(gallery: Gallery) -> IntervalStudy:
    studies = gallery.intervals.studies
    studies.work.start()
    end = time.perf_counter() + PATIENCE
    while not studies.work.idle:
        assert time.perf_counter() < end
        time.sleep(0.005)
    gallery.beat()
    return studies


def test_the_switch_turns_the_picture_of_the_run(session, gallery):
    before = sent(gallery.image)
    gallery.beat()
    assert not gallery.whole
    gallery.intervals.switch.value = WIDTH
    assert gallery.beat() and gallery.whole  # its row takes the place of the curves
    assert (sent(gallery.image) == before).all() and "none yet" in gallery.image.caption.object
    studies = found(gallery)
    interval = None if studies.found is None else studies.found.interval
    assert interval is not None
    assert "of pictures like the 60 held out" in gallery.intervals.said.sentence
    width, (low, high) = seen(studies)
    np.testing.assert_allclose(width, interval.width[0].numpy())
    assert low == 0 and high == pytest.approx(float(width.max()))
    after = sent(gallery.image)
    assert (after != before).any()
    for look, end in ((LOW, interval.low), (HIGH, interval.high)):
        gallery.intervals.switch.value = look
        gallery.beat()
        np.testing.assert_array_equal(seen(studies)[0], picture(end[None]))
    gallery.intervals.switch.value = OFF
    gallery.beat()
    assert (sent(gallery.image) == before).all() and not gallery.whole


def test_who_has_none_says_how_to_get_one(session, gallery):
    gallery.intervals.switch.value = WIDTH
    gallery.beat()
    studies = gallery.intervals.studies
    studies.set("method", "LaplaceApproximation")
    gallery.beat()
    assert "SmoothedTotalVariation" in gallery.intervals.said.sentence and gallery.intervals.buttons.start.disabled
    studies.set("method", "PosteriorDraws")
    gallery.beat()
    assert "draws none" in gallery.intervals.said.sentence
    reasons = studies.reasons(studies.form, "method")
    assert reasons["SplitConformal"] == "" != reasons["PosteriorDraws"]
    session.set("prior", "SmoothedTotalVariation")
    session.set("algorithm", "LBFGS")
    studies.set("method", "LaplaceApproximation")
    assert seen(found(gallery))[0].shape == SHAPE[1:]
    studies.set("method.share", 0.5)
    assert studies.found is None  # that was of another share


def test_data_unlike_the_held_out_ones_are_said_in_red(session, gallery):
    """Sixteen pixels of coins are busier than any quarter of a photograph; the photographer is like them."""
    gallery.intervals.switch.value = WIDTH
    studies = gallery.intervals.studies
    studies.set("method", SplitConformal(held_out=40))
    found(gallery)
    assert "drift test p" in gallery.intervals.warning.sentence
    session.set("truth", "camera")
    found(gallery)
    assert gallery.intervals.warning.sentence == "" and "drift test p" in gallery.intervals.said.sentence


def test_the_room_offers_what_was_found(session, gallery):
    large = LargePicture("Data", session.companion(IntervalStudy))
    large.show_pictures(session.pictures())
    assert WIDTH not in large.menu.options
    found(gallery)
    large.show_frame(gallery._frame)
    assert large.menu.options[-3:] == [WIDTH, LOW, HIGH]
    large.menu.value = WIDTH
    assert sent(large.panel).shape == SHAPE[1:]
    session.set("prior.weight", 9.0)
    large.show_frame(gallery._frame)
    assert WIDTH not in large.menu.options and large.menu.value == "Reconstruction"


def test_every_method_takes_what_it_is_made_for(session):
    assert LaplaceApproximation().unmet(session.problem, LBFGS())
    smooth = Experiment(Shipped("coins", 16), GaussianBlur(SHAPE), prior=SmoothedTotalVariation()).problem()
    assert LaplaceApproximation().unmet(smooth, LBFGS()) == ""
