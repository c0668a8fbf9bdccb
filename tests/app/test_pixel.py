"""A pixel that is looked at: its value through the run, and what the operator makes of it, against known answers."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from tests.app.test_session import reached
from workbench.algorithms import UnadjustedLangevin
from workbench.app.page.workbench import Workbench
from workbench.app.run.pictures import Gallery
from workbench.app.run.pixel_row import told
from workbench.experiment import Experiment
from workbench.live.cut import Cut
from workbench.live.pixel import PixelStudies, reach
from workbench.live.session import Session
from workbench.operators import Clipping, FourierMask, GaussianBlur, LinearOperator, Mask, Radon
from workbench.priors import Tikhonov


def found(studies: PixelStudies):
    while studies.reach.result is None:
        studies.tick()
        assert not studies.trouble()
    return studies.reach.result


def test_the_row_of_a_blur_is_its_kernel_twice() -> None:
    """exp(-d^2 / 4 w^2) up to the periodic sum: a Gaussian of width sqrt(2) w."""
    made = reach(GaussianBlur((1, 48, 48), 2.0), torch.zeros(1, 1, 48, 48), (20, 26))
    row, column = np.mgrid[:48, :48]
    twice = np.exp(-((row - 20) ** 2 + (column - 26) ** 2) / 16)
    np.testing.assert_allclose(made.spread, twice / twice.sum(), atol=1e-6)
    assert np.unravel_index(made.seen.argmax(), made.seen.shape) == (20, 26)


class Weights(LinearOperator):
    """Each entry by a number of its own."""

    def __init__(self, weights: torch.Tensor) -> None:
        super().__init__(tuple(weights.shape[1:]), tuple(weights.shape[1:]))
        self.weights = weights

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.weights * x

    def adjoint(self, y: torch.Tensor) -> torch.Tensor:
        return self.weights * y


@pytest.mark.parametrize(("axis", "place"), [(0, (3, 4)), (1, (2, 4)), (2, (2, 3))])
def test_a_pixel_of_a_volume_is_that_of_the_plane_that_is_drawn(axis: int, place: tuple[int, int]) -> None:
    weights = torch.rand(1, 1, 5, 6, 7, generator=torch.Generator().manual_seed(0))
    made = reach(Weights(weights), torch.zeros_like(weights), place, Cut(axis, (2, 3, 4)[axis]))
    assert made.count == 1 and made.spread.shape == [(6, 7), (5, 7), (5, 6)][axis]
    assert made.seen[place] == pytest.approx(float(weights[0, 0, 2, 3, 4]))
    assert made.spread[place] == pytest.approx(float(weights[0, 0, 2, 3, 4]) ** 2)


def test_as_many_data_see_a_pixel_as_there_are_rays_through_it_samples_or_none() -> None:
    scan = Radon((1, 16, 16), 6)
    point = torch.zeros(1, 1, 16, 16)
    point[0, 0, 4, 9] = 1
    assert reach(scan, torch.zeros_like(point), (4, 9)).count == int((scan(point) != 0).sum())
    kept = Mask((1, 16, 16), 0.5)
    open_there = kept(torch.ones(1, 1, 16, 16))[0, 0] != 0
    for place in ((0, 0), (0, 1), (3, 7), (8, 8)):
        made = reach(kept, torch.zeros_like(point), place)
        assert made.count == int(open_there[place]) and made.spread[place] == float(open_there[place])
    complex_one = torch.zeros(1, 1, 16, 16, dtype=torch.complex64)
    assert reach(FourierMask((1, 16, 16)), complex_one, (3, 3)).spread.argmax() == 3 * 16 + 3


def test_colours_are_looked_at_together_and_an_operator_that_is_not_linear_at_the_iterate() -> None:
    made = reach(GaussianBlur((3, 8, 8), 1.0), torch.zeros(1, 3, 8, 8), (2, 2))
    alone = reach(GaussianBlur((1, 8, 8), 1.0), torch.zeros(1, 1, 8, 8), (2, 2))
    np.testing.assert_allclose(made.spread, alone.spread, atol=1e-6)
    around = torch.zeros(1, 1, 8, 8)
    around[0, 0, 1, 1] = 5.0  # beyond the level: there a small change is not seen
    assert reach(Clipping((1, 8, 8)), around, (1, 1)).count == 0
    assert reach(Clipping((1, 8, 8)), around, (2, 2)).count == 1


def test_the_course_is_that_of_the_kept_moments(session: Session) -> None:
    studies = PixelStudies(session)
    session.play()
    last = reached(session, 20)
    studies.choose((12, 17))
    course = studies.course(last)
    assert course.ks[0] == 0 and course.ks[-1] == 20 and course.interval is None
    assert course.values[-1] == float(last.image[12, 17])
    assert course.truth == float(session.pictures().truth[12, 17])
    assert told(course, 20).startswith(f"k = 20: value {course.values[-1]:.4g}\ntruth ")
    studies.choose((32, 0))
    assert studies.complaint.startswith("wanted a pixel of a picture of 32 x 32 px") and studies.place == (12, 17)
    studies.set("row", 3)
    assert studies.place == (3, 17) and studies.complaint == ""
    found(studies)


def test_a_sampler_has_an_interval_of_its_draws(small: Experiment) -> None:
    session = Session(replace(small, prior=Tikhonov(), algorithm=UnadjustedLangevin(), steps=200))
    studies = PixelStudies(session)
    studies.choose((5, 5))
    session.play()
    course = studies.course(reached(session, 200))
    later = course.values[len(course.values) // 2 :]
    low, high = course.interval
    assert min(later) <= low < high <= max(later) and course.draws == len(later)
    assert f"of the {len(later)} draws" in told(course, 200)
    session.close()


def look(app: Workbench) -> None:
    """What the page does at a beat for the view in sight."""
    app._study_due = 0.0
    app._study()


@pytest.fixture
def app(session: Session) -> Workbench:
    return Workbench(session)


def test_a_click_opens_the_row_in_the_place_of_the_curves_and_x_closes_it(app: Workbench) -> None:
    gallery = app.view(Gallery)
    app.session.play()
    app._draw(reached(app.session, 20))
    gallery.pixel.picked(17.6, 12.2)
    while gallery.pixel.studies.reach.result is None:
        look(app)
    assert gallery.pixel.studies.place == (12, 17) and not app.layout.curves.visible
    assert [field.value for field in gallery.pixel.fields] == [12, 17]
    assert gallery.image._cross is not None and gallery.image._cross.data == {"x": [17.5], "y": [12.5]}
    assert "k = 20: value" in gallery.pixel.said.sentence and "data see it" in gallery.pixel.sees.sentence
    gallery.pixel.fields[0].value = 4
    assert gallery.pixel.studies.place == (4, 17)
    gallery.pixel.fields[0].value = 70
    for _ in range(2):  # the field follows the pixel again, which is no new wish: what was wrong stays to be read
        look(app)
        gallery.pixel.draw(app.frame)
        assert gallery.pixel.complaint.sentence.startswith("wanted a pixel of a picture of 32 x 32 px")
        assert gallery.pixel.fields[0].value == 4
    app.keyboard.press("x")
    look(app)
    assert app.layout.curves.visible and not gallery.pixel.place.objects
    app.keyboard.press("x")
    assert gallery.pixel.studies.place == (16, 16)
    app.session.set("truth", "ecg")
    app._draw_pictures()
    assert gallery.pixel.studies.place is None
    app.keyboard.press("x")
    assert len(gallery.pixel.studies.place) == 1
    app.close()
