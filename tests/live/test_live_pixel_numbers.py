"""What is known of a pixel, of sessions written out by hand."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from tests.live.by_hand import SHAPE, session
from tests.tables import table
from workbench.algorithms import UnadjustedLangevin
from workbench.live.cut import Cut
from workbench.live.pixel import PixelStudies, inside
from workbench.operators import GaussianBlur


@table(
    ("place", "shape", "told"),
    [((0, 0), (2, 3), True), ((1, 2), (2, 3), True), ((2, 0), (2, 3), False), ((0, 3), (2, 3), False),
     ((-1, 0), (2, 3), False), ((1, 2), (2, 3, 3), True), ((1,), (2, 3), False), ((1,), (2,), True)]
)  # fmt: skip
def test_a_pixel_lies_within_its_picture(place, shape, told):
    assert inside(place, shape) is told


def moment(k: int, value: float) -> SimpleNamespace:
    return SimpleNamespace(k=k, picture=torch.full((1, *SHAPE), value))


def test_the_course_of_a_pixel_ends_now_and_its_draws_are_those_of_the_later_half():
    from tests.app.conftest import frame

    studies = PixelStudies(session())
    studies.place = (1, 2)
    image = np.full((4, 4), 9.0)
    course = studies.course(frame(k=5, image=image, moments=(moment(0, 1.0), moment(2, 2.0))))
    assert (course.ks, course.values, course.interval, course.draws) == ((0, 2, 5), (1, 2, 9), None, 0)
    assert course.truth == pytest.approx(6 / 16)
    kept = (moment(0, 1.0), moment(5, 2.0))
    assert studies.course(frame(k=5, image=image, moments=kept)).ks == (0, 5), "now is kept already"
    assert studies.course(frame(k=5, at=0, image=image, moments=kept[:1])).ks == (0,), "it is looked back"
    assert studies.course(frame(k=5, image=None)).ks == ()
    assert studies.course(frame(k=5, image=image)).ks == (5,)
    studies.session.experiment = replace(studies.session.experiment, algorithm=UnadjustedLangevin())
    many = tuple(moment(k, float(k)) for k in range(16))
    drawn = studies.course(frame(k=15, image=image, moments=many))
    assert drawn.draws == 8 and drawn.interval == pytest.approx((8.35, 14.65)), "0.05 and 0.95 of 8 to 15"
    assert studies.course(frame(k=14, image=image, moments=many[:15])).draws == 8
    fewer = studies.course(frame(k=13, image=image, moments=many[:14]))
    assert fewer.draws == 7 and fewer.interval is None


def test_a_pixel_is_looked_at_anew_where_its_place_its_plane_or_the_operator_is_another():
    studies = PixelStudies(session())
    keys = [studies._of()]
    studies.place = (1, 2)
    keys.append(studies._of())
    studies.session.cut = Cut(1)
    keys.append(studies._of())
    studies.session.problem = replace(studies.session.problem, operator=GaussianBlur(SHAPE))
    keys.append(studies._of())
    assert None not in keys and len(set(keys)) == 4
    assert studies.centre() == (2, 2)
    studies.choose((4, 0))
    assert studies.complaint.startswith("wanted a pixel of a picture of 4 x 4 px") and "4, 0" in studies.complaint
    assert studies.place == (1, 2)
    (found,) = studies._reached()()
    assert found.of == 16 and found.spread[1, 2] == found.spread.max()
    studies.choose(None)
    assert (studies.place, studies.complaint, studies._reached()) == (None, "", None)
    studies.set("row", 1)
    assert studies.place is None, "none is looked at"


def test_pixels_wait_with_their_tab():
    made = PixelStudies(session())
    assert made.studies == (made.reach,)
    assert made.tick() and not made.tick() and made.trouble() == ""
