"""What the looks at information draw and say, of paths written out by hand."""

from types import SimpleNamespace

import numpy as np
import pytest

from tests.app.seen import columns, legends, logarithmic, seen
from tests.tables import table
from workbench.analysis.information.calibration import CalibrationReading
from workbench.analysis.information.paths import CalibratedPath, Denoised, FilterPaths, Track
from workbench.analysis.information.sampled import PlanePoint, PlaneSampling, SampledPath
from workbench.analysis.information.tasks import BivariateNormal
from workbench.app.information.errors import DenoiserPicture
from workbench.app.information.looks import ClosedFormLook, DenoiserLook, SampledLook
from workbench.app.information.pictures import CoursePicture, PlanePicture
from workbench.jobs import Status
from workbench.live.planes import PlaneChoices
from workbench.paths import Form
from workbench.priors import Tikhonov

NAN = float("nan")


def track(name: str = "Landweber", label: float = NAN, **given: object) -> Track:
    """A path of four readings, whose error is least at the third, k = 2."""
    plain = {
        "k": np.array([0, 1, 2, 4]), "i_y": np.array([0.0, 1, 2, 3]), "i_x": np.array([0, 0.5, 0.8, 0.7]),
        "memorised": np.array([0, 0.5, 1.2, 2.3]), "error": np.array([1, 0.5, 0.25, 0.5]), "label": np.full(4, label),
    }  # fmt: skip
    return Track(name, **(plain | given))


def test_every_source_of_the_pictures_is_drawn_and_named():
    plane, course, error = PlanePicture(), CoursePicture(), DenoiserPicture("error", "bound")
    path = {"paths.0": "Line Scatter", "paths.1": "Line Scatter", "bests.0": "Scatter", "bests.1": "Scatter"}
    lines = {"curve": "Line", "ceiling": "Line", "above": "words", "beside": "words", "moment": "Scatter"}
    assert seen(plane, plane.element) == path | lines
    each = "Line Scatter Line Scatter Line"
    assert seen(course, course.element) == {"sources.0": each, "sources.1": each, "here._source": "VSpan"}
    assert seen(error, error.element) == {"sources.0": "Line Scatter", "sources.1": "Line", "sources.2": "Line"}
    assert legends(plane.element) == [["first", "second"]]
    assert legends(course.element) == [["first", "second", "I(label;T)"]]
    assert legends(error.element) == [["denoiser", "best linear", "bound"]]
    assert logarithmic(error.element) == [(True, True)] and logarithmic(plane.element) == [(False, False)]
    assert course.plot.extra_y_ranges["error"] is course.errors and len(course.plot.right) == len(plane.plot.right) == 1


def test_a_path_has_the_colours_of_its_iterations_and_a_ring_at_its_least_error():
    plane, other = PlanePicture(), track("CG", k=np.array([0, 9]), i_y=np.array([0.0, 4]), i_x=np.array([0.0, 2]),
                                         error=np.array([1, 0.5]))  # fmt: skip
    assert not plane.bar.visible, "its numbers mean nothing before there is a path"
    plane.show((track(), other), "tau = 0.01")
    assert plane.bar.visible
    assert plane.plot.xaxis[0].axis_label == "I(y;T), bits, for T = x_k + tau w, tau = 0.01"
    assert columns(plane.paths[0]) == {
        "x": [0, 1, 2, 3],
        "y": [0, 0.5, 0.8, 0.7],
        "k": [0, 1, 2, 4],
        "at": [1, 2, 3, 5],
    }
    assert columns(plane.bests[0]) == {"x": [2], "y": [0.8]} and columns(plane.bests[1]) == {"x": [4], "y": [2]}
    assert (plane.mapper.low, plane.mapper.high) == (1, 10), "a logarithm of k + 1"
    assert [item.label["value"] for item in plane.items.values()] == ["Landweber", "CG"]
    assert all(item.visible for item in plane.items.values())
    plane.show((track(k=np.zeros(0), i_y=np.zeros(0), i_x=np.zeros(0)),), "tau = 0.01")
    assert not columns(plane.bests[0])["x"] and not columns(plane.paths[1])["x"]
    assert [item.visible for item in plane.items.values()] == [True, False]
    plane.show((), "tau = 0.01")
    assert (plane.mapper.low, plane.mapper.high) == (1, 2) and not columns(plane.paths[0])["at"]


@table(("k", "at"), [(None, []), (-1, []), (0, [0]), (2, [2]), (3, [2]), (4, [3]), (5, [])])
def test_a_moment_stands_at_the_last_reading_before_it_and_nowhere_beyond_the_path(k, at):
    plane = PlanePicture()
    plane.look_back((track(),), k)
    assert columns(plane.moment)["x"] == at
    assert columns(plane.moment)["y"] == [track().i_x[i] for i in at]


def test_a_ceiling_is_drawn_where_it_is_finite_as_far_as_the_paths_go():
    plane = PlanePicture()
    plane.limit(5.0, "most", 3.0)
    assert columns(plane.ceiling) == {"x": [0, 3], "y": [5, 5]}
    assert columns(plane.above) == {"x": [3], "y": [5], "text": ["most"]}
    for height, end in ((np.inf, 3.0), (5.0, 0.0)):
        plane.limit(height, "most", end)
        assert not columns(plane.ceiling)["x"] and not columns(plane.above)["text"]
    plane.bend(np.arange(5.0), np.array([0, 1, 3, 3.5, 4]))
    assert columns(plane.curve) == {"x": [0, 1, 2, 3, 4], "y": [0, 1, 3, 3.5, 4]}
    assert columns(plane.beside) == {"x": [2], "y": [3], "text": ["bottleneck"]}, "where half of the height is reached"


def test_the_course_has_noise_error_and_classes_over_k():
    course = CoursePicture()
    assert not course.items["I(label;T)"].visible
    course.show((track(label=1.0, error=np.array([1, 0.5, 0.0, 0.5])), track("CG")))
    drawn = columns(course.sources[0])
    assert (drawn["k"], drawn["memorised"], drawn["label"]) == ([0, 1, 2, 4], [0, 0.5, 1.2, 2.3], [1, 1, 1, 1])
    assert np.isnan(drawn["error"][2]) and drawn["error"][3] == 0.5
    assert (course.errors.start, course.errors.end) == pytest.approx((0.9 * 0.25, 1.1 * 1.0))
    assert course.items["I(label;T)"].visible and course.items["second"].label["value"] == "CG"
    course.show((track(),))
    assert not course.items["I(label;T)"].visible and not columns(course.sources[1])["k"]


def test_a_bound_that_is_nowhere_finite_is_not_in_the_legend():
    picture, sigma = DenoiserPicture("error", "bound"), np.array([1.0, 0.1])
    picture.show(sigma, (np.array([1.0, -1]), np.array([2.0, 3]), np.array([NAN, NAN])), "Tikhonov")
    assert not picture.bound.visible and picture.items["denoiser"].label["value"] == "Tikhonov"
    own, linear, _ = map(columns, picture.sources)
    assert own["sigma"] == [1, 0.1] and own["y"][0] == 1 and np.isnan(own["y"][1]) and linear["y"] == [2, 3]
    picture.show(sigma, (sigma, sigma, sigma**2), "Tikhonov")
    assert picture.bound.visible
    picture.clear()
    assert not any(columns(source)["sigma"] + columns(source)["y"] for source in picture.sources)


def planes(result: object = None, status: Status = Status.CANCELLED, small: bool = False) -> SimpleNamespace:
    """The studies of a person, of which one has found this."""
    begun: list[str] = []
    study = SimpleNamespace(result=result, status=status, start=lambda: begun.append("start"))
    study.latest = SimpleNamespace(status=status, seconds=1.25)
    session = SimpleNamespace(moment=SimpleNamespace(k=2), problem=SimpleNamespace(prior=Tikhonov()))
    choices = PlaneChoices()
    return SimpleNamespace(
        closed=study, sampled=study, denoised=study, small=small, choices=choices, form=Form(choices), begun=begun,
        ask=lambda path, value: None, algorithm="FISTA", session=session,
    )  # fmt: skip


def test_filters_are_drawn_at_once_where_that_takes_a_moment():
    assert ClosedFormLook(planes(small=True)).planes.begun == ["start"]
    look = ClosedFormLook(planes(small=False))
    assert look.planes.begun == []
    look.draw()
    assert look.status.sentence == (
        "Draw shows how much each iteration of two filters knows of the signal, and how much of the data it keeps."
    )
    look.planes.closed.status = Status.RUNNING
    look.draw()
    assert look.status.sentence == "Filters go through it ..."
    curve = np.array([0.0, 1, 6]), np.array([0.0, 1, 2])
    tracks = track(gap=0.125), track("CG", caveat="Not linear.")
    look.planes.closed.result = FilterPaths("A blur.", 2.5, "tau = 1", tracks, curve)
    look.draw()
    assert look.status.sentence == "A blur."
    assert look.note.sentence == (
        "Landweber: least mean square error 0.25 at k = 2, where it is 0.125 bits below the bottleneck curve.\n"
        "CG: least mean square error 0.25 at k = 2. Not linear."
    )
    assert columns(look.plane.above) == {"x": [6], "y": [2.5], "text": ["I(x;y) = 2.5"]}
    assert columns(look.plane.curve)["x"] == [0, 1, 6] and columns(look.plane.moment)["x"] == [2, 2]
    assert columns(look.course.here._source)["x"] == [2] and columns(look.course.sources[0])["k"] == [0, 1, 2, 4]
    assert "tau = 1" in look.plane.plot.xaxis[0].axis_label


def test_a_sampled_path_says_how_far_it_is_and_what_its_estimator_is_worth():
    look = SampledLook(planes())
    look.draw()
    assert look.status.sentence == "Measure sends an ensemble through the algorithm of this session, as one batch."
    look.planes.sampled.latest.status = look.planes.sampled.status = Status.RUNNING
    look.draw()
    assert look.status.sentence == "running: FISTA, iteration 0 of 30, N = 1000, 1.2 s"
    assert (look.note.sentence, look.table.sentence) == ("", "")
    sampling = PlaneSampling(count=8, steps=4)
    points = (PlanePoint(0, 0.0, 0.0, NAN, 1.0, 0.1), PlanePoint(2, 1.0, 2.5, NAN, 0.5, 0.1))
    reading = CalibrationReading(BivariateNormal(), 8, 1.0, 0.5)
    look.planes.sampled.result = CalibratedPath(SampledPath(sampling, "", 3, points, "No classes."), (reading,))
    look.draw()
    assert look.status.sentence == "running: FISTA, iteration 3 of 4, N = 8, 1 of 11 calibrations, 1.2 s"
    assert look.note.sentence.splitlines() == [
        "FISTA: least mean square error 0.5 at k = 2.",
        "Calibration on normal pairs of 1 dimensions, N = 8: this reads 0.50 where the truth is 1.00, in nats "
        "(the plane is in bits).",
        "No classes.",
    ]
    drawn = columns(look.plane.paths[0])
    assert (drawn["x"], drawn["y"]) == ([0, 2.5], [0, 1]) and columns(look.course.sources[0])["memorised"] == [0, 1.5]
    most = columns(look.plane.above)
    assert (most["x"], most["text"]) == ([2.5], ["most that N = 8 can show"])
    assert most["y"] == [pytest.approx(sampling.estimator.ceiling(8))]
    assert look.table.sentence.splitlines()[-1] == "BivariateNormal(): this reads 0.50 where the truth is 1.00"


def test_a_denoiser_stands_beside_the_best_linear_one_and_what_is_untouched():
    look = DenoiserLook(planes(status=Status.RUNNING))
    look.draw()
    assert look.status.sentence == "running: the denoiser of Tikhonov, 0 of 18 levels of noise"
    two = np.array([2.0, 0.5])
    found = Denoised("Tikhonov", 16, two, 0.4 * two, 3 * two, 0.2 * two, 4 * two, 5.0, False, True)
    look.planes.denoised.result = found
    look.draw()
    assert look.status.sentence == "running: the denoiser of Tikhonov, 2 of 18 levels of noise"
    assert [columns(source)["y"] for source in look.errors.sources] == [[0.8, 0.2], [0.4, 0.1], [4, 0.25]]
    assert [columns(source)["y"] for source in look.bits.sources] == [[6, 1.5], [8, 2], [5, 5]]
    assert look.note.sentence == found.sentence and look.note.sentence.startswith(
        "Tikhonov's denoiser (posterior mean) leaves up to 2 times the error of the best linear one for this ensemble, "
        "at sigma = 2, and at best 2 times."
    )
    look.planes.denoised.result = None
    look.draw()
    assert look.note.sentence == "" and not columns(look.bits.sources[0])["y"] + columns(look.errors.sources[0])["y"]
