"""Three planes of a volume on the page: one point, one window, whatever moves them."""

import numpy as np
import pytest
import torch

from tests.app.test_intervals import found
from tests.app.test_session import reached
from workbench.app.run.pictures import Gallery
from workbench.data import Array, Measured
from workbench.experiment import Experiment
from workbench.figures.crossing import Crossing
from workbench.jobs import Status
from workbench.live.cut import Cut
from workbench.live.session import Session
from workbench.live.studies.intervals import LOW, WIDTH
from workbench.noise import Gaussian
from workbench.operators import Identity
from workbench.priors import Tikhonov

SIDES = (4, 5, 8)
Y = np.arange(160.0, dtype=np.float32).reshape(SIDES) / 160


def shown(gallery: Gallery) -> list[np.ndarray]:
    """What lies in the three panels, as bytes."""
    assert gallery.three is not None
    return [panel._grey.data["image"][0] for panel in gallery.three.panels]


def bytes_in(planes: list[np.ndarray], low: float, high: float) -> list[np.ndarray]:
    return [np.clip((p - low) * 255.999 / (high - low), 0, 255).astype(np.uint8) for p in planes]


def planes_at(volume: np.ndarray, point: tuple[int, int, int]) -> list[np.ndarray]:
    return [np.take(volume, place, axis) for axis, place in enumerate(point)]


@pytest.fixture
def session():
    parts = (Identity((1, *SIDES)), Gaussian(0.1), Tikhonov(1.0))
    made = Session(Experiment(Array(torch.from_numpy(Y[None])), *parts, steps=1))
    yield made
    made.close()


def opened(session: Session) -> Gallery:
    """The pictures of an ended run, with its three planes in sight."""
    session.play()
    frame = reached(session, 1, Status.DONE)
    gallery = Gallery(session, lambda: None)
    gallery.show_pictures(session.pictures())
    gallery.show_frame(frame)
    gallery.plane.three.value = True
    return gallery


def test_a_click_moves_the_other_two_and_one_window_holds_for_all(session):
    session.cut_at(Cut(1, 4))
    gallery = opened(session)
    three = gallery.three
    assert three is not None and not gallery.row.visible and three.point.places == (2, 4, 4)
    x = session.problem.picture(session.job.latest.state.x)[0, 0].numpy()
    for got, wanted in zip(shown(gallery), bytes_in(planes_at(x, (2, 4, 4)), 0, 1), strict=True):
        np.testing.assert_array_equal(got, wanted)
    three.panels[0]._heard[0](6.7, 1.2)  # column and row: the third and the second axis
    assert three.point.places == (2, 1, 6) and [slider.value for slider in three.places] == [2, 1, 6]
    three.places[0].value = 3
    assert three.point.places == (3, 1, 6)
    three.picture.value, low, high = "Data", 0.25, 0.5
    three.window.value = (low, high)
    y = session.problem.y[0, 0].numpy()
    for got, wanted in zip(shown(gallery), bytes_in(planes_at(y, (3, 1, 6)), low, high), strict=True):
        np.testing.assert_allclose(got.astype(int), wanted.astype(int), atol=1)
    three.picture.value = "Error"
    error = planes_at(x - Y, (3, 1, 6))
    most = max(float(np.abs(plane).max()) for plane in error)
    for got, wanted in zip(shown(gallery), bytes_in(error, -most, most), strict=True):
        np.testing.assert_allclose(got.astype(int), wanted.astype(int), atol=1)
    assert [line.location for line in three._hairs[2]] == [3.5, 1.5]
    gallery.plane.three.value = False
    assert gallery.row.visible and session.cut == Cut(1, 1)


def test_measured_volumes_have_no_truth_and_a_picture_has_no_planes(session):
    gallery = Gallery(session, lambda: None)
    assert not session.choose("truth", "camera")
    gallery.show_pictures(session.pictures())
    assert not gallery.plane.element.visible and gallery.row.visible
    measured = Session(Experiment(Measured(Y), *(Identity((1, *SIDES)), Gaussian(0.1), Tikhonov(1.0)), steps=1))
    measured.play()
    frame = reached(measured, 1, Status.DONE)
    assert frame.volumes is not None and frame.volumes.names == ("Reconstruction", "Data")
    measured.close()


def test_a_point_stays_in_its_volume():
    point = Crossing.middle(SIDES)
    assert point.at(2, -3, 99).places == (0, 4, 4) and point.along(2, 99).places == (2, 2, 7)
    assert point.in_plane(1) == (2, 4)


def test_the_interval_of_a_volume_is_shown_in_three_planes(session):
    """Identity, white noise and a ridge: the posterior's deviation is 1 / sqrt(1 / sigma^2 + weight) everywhere."""
    gallery = opened(session)
    three, studies = gallery.three, gallery.intervals.studies
    before = shown(gallery)
    three.picture.value = WIDTH
    assert gallery.intervals.open and gallery.beat() and len(gallery.intervals.place)
    assert all("none yet" in panel.caption.object for panel in three.panels)
    for got, wanted in zip(shown(gallery), before, strict=True):
        np.testing.assert_array_equal(got, wanted)
    assert not studies.ask("method", "LaplaceApproximation")
    width = found(gallery).found.interval.width[0].numpy()
    assert width.shape == SIDES and np.allclose(width, width[0, 0, 0])
    for got, wanted in zip(shown(gallery), bytes_in(planes_at(width, (2, 2, 4)), 0, float(width.max())), strict=True):
        np.testing.assert_allclose(got.astype(int), wanted.astype(int), atol=1)
    assert not any("none yet" in panel.caption.object for panel in three.panels)
    three.picture.value = LOW
    gallery.beat()
    low = studies.found.interval.low[0].numpy()
    for got, wanted in zip(shown(gallery), bytes_in(planes_at(low, (2, 2, 4)), 0, 1), strict=True):
        np.testing.assert_allclose(got.astype(int), wanted.astype(int), atol=1)
    gallery.plane.three.value = False
    assert gallery.intervals.switch.value == LOW
    gallery.plane.three.value = True
    assert three.picture.value == LOW
    three.picture.value = "Reconstruction"
    gallery.beat()
    assert not gallery.intervals.open and not len(gallery.intervals.place)
    for got, wanted in zip(shown(gallery), before, strict=True):
        np.testing.assert_array_equal(got, wanted)
