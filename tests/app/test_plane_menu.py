"""A volume on the page: any plane of it, of the iterate, the data, the truth and the error alike."""

import numpy as np
import pytest
import torch

from tests.app.test_session import reached
from workbench.algorithms import MLEM
from workbench.app.compare import CompareView
from workbench.app.run.pictures import Gallery
from workbench.data import Array, Measured
from workbench.experiment import Experiment
from workbench.jobs import Status
from workbench.live.caps import Caps
from workbench.live.cut import Cut
from workbench.live.session import Session
from workbench.noise import Gaussian, Poisson
from workbench.operators import Identity
from workbench.priors import Tikhonov, Zero
from workbench.refusal import Refusal

SIDES = (4, 5, 8)
Y = np.arange(1.0, 161.0, dtype=np.float32).reshape(SIDES)


def test_any_plane_of_a_volume_is_shown_while_the_run_stands():
    parts = (Identity((1, *SIDES)), Poisson(1.0), Zero(), MLEM())
    session = Session(Experiment(Measured(Y), *parts, steps=2))
    gallery, compare = Gallery(session, lambda: None), CompareView(session, lambda: None)
    session.play()
    frame = reached(session, 2)
    x = session.problem.picture(session.job.latest.state.x)[0, 0].numpy()
    session.pins.add(session.dataset(), "kept")
    compare.refresh()
    wanted = {(0, 2): x[2], (0, 3): x[3], (1, 2): x[:, 2], (2, 3): x[:, :, 3], (2, 5): x[:, :, 5]}
    for view in (gallery, compare):
        view.show_pictures(session.pictures())
    assert gallery.plane.element.visible and gallery.plane.place.end == 3 and gallery.plane.place.value == 2
    np.testing.assert_array_equal(frame.image, x[2])
    for (axis, place), plane in wanted.items():
        gallery.plane.axis.value = axis
        gallery.plane.place.value = place
        assert session.cut.at(SIDES) == place and gallery.plane.place.end == SIDES[axis] - 1
        frame, pictures = session.tick() or frame, session.pictures()
        np.testing.assert_array_equal(frame.image, plane)
        np.testing.assert_array_equal(pictures.data, np.take(Y, place, axis))
        assert pictures.shape == plane.shape
        for view in (gallery, compare):
            view.show_pictures(pictures)
            view.show_frame(frame)
    session.look_at(0)
    np.testing.assert_array_equal(session.tick().image.shape, plane.shape)
    session.close()


def test_the_error_is_that_of_the_plane_and_pictures_have_no_menu():
    truth = torch.from_numpy(Y[None] / 160)
    parts = (Identity((1, *SIDES)), Gaussian(0.1), Tikhonov(1.0))
    session = Session(Experiment(Array(truth), *parts, steps=1))
    session.cut_at(Cut(1, 4))
    session.play()
    frame = reached(session, 1, Status.DONE)
    np.testing.assert_allclose(frame.error, frame.image - Y[:, 4] / 160, atol=1e-6)
    gallery = Gallery(session, lambda: None)
    gallery.show_pictures(session.pictures())
    assert gallery.plane.axis.value == 1 and gallery.plane.place.value == 4
    assert not session.choose("truth", "camera")
    gallery.show_pictures(session.pictures())
    assert not gallery.plane.element.visible
    session.close()


def test_a_place_beyond_a_smaller_volume_is_its_last():
    assert Cut(2, 9).at(SIDES) == 7 and Cut(0).at(SIDES) == 2
    picture = torch.zeros(3, 4, 5)
    assert Cut(2, 1).of(picture) is picture


@pytest.mark.parametrize(
    ("shape", "pixels"),
    [((1, 1, 9), 9), ((1, 3, 4, 5), 20), ((3, 4, 5), 20), ((6, 4, 5), 120), ((1, 1, 6, 4, 5), 120), ((7, 9), 63)],
)
def test_a_server_counts_all_pixels_of_a_volume(shape, pixels):
    Caps(pixels=pixels).require(torch.zeros(shape))
    with pytest.raises(Refusal, match=f"got {pixels}"):
        Caps(pixels=pixels - 1).require(torch.zeros(shape))
