"""What curves, time line and rows of the run draw and say, of frames made by hand."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from bokeh.models import Line

from tests.app.conftest import frame
from tests.app.seen import columns, legends, seen
from tests.tables import table
from workbench.analysis.chains import Interval
from workbench.analysis.metrics import PSNR
from workbench.app.run.curves import CERTIFICATE, Convergence, Curves, gaps, merged
from workbench.app.run.interval_row import IntervalRow
from workbench.app.run.pixel_row import PixelRow, told
from workbench.app.run.stages import StagesView
from workbench.app.run.timeline import Timeline, moved, quality, said
from workbench.app.toolkit.panels import GREY, SPREAD, Panel
from workbench.data import Measured
from workbench.jobs import Status
from workbench.live.frames import LeftBehind
from workbench.live.pixel import PixelCourse, PixelReach
from workbench.live.studies.intervals import OFF, WIDTH
from workbench.run import OBJECTIVE

NAN = float("nan")


def test_every_source_of_the_curves_is_drawn():
    curves = Curves("PSNR", "left plot")
    assert seen(curves, curves.element) == {
        "lines": "Line Scatter", "marks": "VSpan words", "former": "MultiLine", "here._source": "VSpan",
        "best": "Scatter words",
    }  # fmt: skip
    assert legends(curves.element) == [[]], "one line needs no name"
    widths = [
        {line.line_width for line in made.pane.object.select(Line)} for made in (curves, Curves("PSNR", "", large=True))
    ]
    assert 4 not in widths[0] and widths[1] == {4}, "the lines of a room are seen from its last row"
    assert legends(Curves("Objective", "left plot").element) == [["objective", "misfit", "prior"]]


@pytest.mark.parametrize(
    ("values", "dotted"),
    [
        pytest.param([1.0, 2, 3, 4], False, id="all"),
        pytest.param([1.0, NAN, 3, 4], True, id="a_hole"),
        pytest.param([NAN, 2, 3, NAN], False, id="a_part"),
        pytest.param([NAN, NAN, 3, NAN], True, id="one"),
        pytest.param([NAN] * 4, False, id="none"),
    ],
)
def test_a_curve_with_holes_has_dots_where_it_is_known(values, dotted):
    ks = np.arange(4)
    assert gaps(ks, np.array(values)) is dotted
    assert gaps(10 * ks, np.array(values)) is bool(np.isfinite(values).any()), "a row every ten iterations has holes"
    view = Curves("PSNR", "left plot")
    view.show(frame(curves={"psnr": np.array(values)}))
    assert view.dots["psnr"].size == (5 if dotted else 0)


def test_words_of_marks_stand_in_three_rows_and_times_are_read_between_iterations():
    marks = tuple((10 * i, f"mark {i}") for i in range(4))
    view = Curves("Objective", "left plot")
    rows = {"k": 30, "ks": np.array([0, 20, 30]), "seconds": np.array([0.0, 1.0, 3.0]), "curves": {}}
    view.show(frame(marks=marks, **rows))
    drawn = columns(view.marks)
    assert (drawn["x"], drawn["y"]) == ([0, 10, 20, 30], [4, 17, 30, 4])
    assert drawn["text"] == ["mark 0", "mark 1", "mark 2", "mark 3"]
    assert drawn["side"] == ["left", "left", "left", "right"], "30 is beyond seven tenths of the way, 21"
    assert drawn["shift"] == [3, 3, 3, -3]
    view.axis.value = True
    assert columns(view.marks)["x"] == [0, 0.5, 1, 3]
    view.show(frame(marks=marks[:1], **rows))
    assert columns(view.marks)["x"] == [0], "fewer marks are drawn anew"


@table(("second", "left"), [(14, [(14, "a = 2")]), (15, [(10, "a = 1"), (15, "a = 2")])])
def test_marks_of_one_slider_are_one_up_to_the_distance_given(second, left):
    assert merged(((10, "a = 1"), (second, "a = 2")), 4) == left
    assert merged(((10, "a = 1"), (second, "b = 2")), 4) == [(10, "a = 1"), (second, "b = 2")]
    assert merged((), 4) == []


def test_marks_nearer_than_a_twenty_fifth_of_the_way_are_one():
    view = Curves("Objective", "left plot")
    for apart, texts in ((4, ["a = 2"]), (5, ["a = 1", "a = 2"])):
        view.show(frame(k=100, marks=((10, "a = 1"), (10 + apart, "a = 2")), ks=np.arange(apart), curves={}))
        assert columns(view.marks)["text"] == texts


def test_the_word_of_the_highest_value_stands_where_there_is_room():
    view = Curves("PSNR", "left plot")
    for place, side, shift in ((0, "left", 8), (7, "left", 8), (8, "right", -8)):
        values = np.where(np.arange(10) == place, 9.0, 1.0)
        view.show(
            frame(ks=np.arange(10) + place, seconds=np.arange(10.0), curves={"psnr": values, "objective": values})
        )
        best = columns(view.best)
        assert (best["side"], best["shift"], best["x"], best["y"]) == ([side], [shift], [2 * place], [9])
        assert best["text"] == [f"highest 9.00 dB at k = {2 * place}"]
        view._rows = (-1, -1)
    view.show(frame(curves={"psnr": np.full(4, NAN)}, ks=np.arange(4) + 1, marks=((1, "m"),)))
    assert not columns(view.best)["x"] and view.note.sentence == "psnr: not recorded for this run"
    view.select.value = OBJECTIVE
    assert not columns(view.best)["x"], "an objective has no highest value worth a ring"


def test_of_two_kinds_of_certificate_one_is_enough():
    view = Curves("Certificate", "left plot")
    nothing = {"k": np.array([1.0]), "seconds": np.array([0.5]), "fixed-point residual": np.array([NAN])}
    view.show(frame(proofs=nothing | {"duality gap": np.array([0.1])}))
    assert view.note.sentence == "" and columns(view.lines)["x"] == [1]
    view.show(frame(proofs={n: np.full(2, NAN) for n in ("k", "seconds", "duality gap", "fixed-point residual")}))
    assert view.note.sentence == "duality gap and fixed-point residual: no positive values"
    view.show(frame(proofs={}))
    assert view.note.sentence == "" and not columns(view.lines)["x"]


def test_without_a_truth_the_residual_stands_where_the_quality_was_wanted():
    view = Curves("PSNR", "left plot")
    view.offer((OBJECTIVE, PSNR))
    assert view.select.value is PSNR and list(view.select.options) == ["Objective", "PSNR", "Certificate"]
    from workbench.analysis.data_fit import RESIDUAL

    view.offer((OBJECTIVE, RESIDUAL))
    assert view.select.value is RESIDUAL
    view.offer((OBJECTIVE, PSNR, RESIDUAL))
    assert view.select.value is PSNR, "it was wanted, and is there again"


def test_another_series_has_its_own_kind_of_axis_and_whoever_listens_hears_of_it():
    heard = []
    view = Curves("PSNR", "left plot", lambda: heard.append(view.series.title))
    assert not view.log.value
    view.show(frame())
    view.select.value = OBJECTIVE
    assert view.log.value is True and heard == ["Objective"] and columns(view.lines)["objective"] == [4, 3, 2, 1]
    told: list[bool] = []
    both = Convergence(told.append)
    assert [plot.series.title for plot in both.plots] == ["Objective", "PSNR"]
    both.plots[1].select.value = CERTIFICATE
    assert told == [True]
    both.offer((OBJECTIVE,))
    assert list(both.plots[0].select.options) == ["Objective", "Certificate"]


def test_the_moment_and_what_a_branch_left_stand_on_the_axis_of_seconds_too():
    view = Curves("Objective", "left plot")
    left = (LeftBehind(np.array([2, 3]), np.array([0.5, 0.7]), {"objective": np.array([9.0, -8.0])}),)
    view.show(frame(at=2, ks=np.array([0, 1, 3, 4]), seconds=np.array([0.0, 0.1, 0.5, 0.6]), left=left))
    assert columns(view.here._source)["x"] == [2]
    (values,) = view.former.data["y"]
    assert values[0] == 9 and np.isnan(values[1]), "a logarithmic axis"
    view.axis.value = True
    assert columns(view.here._source)["x"] == pytest.approx([0.3]), "halfway between 0.1 s and 0.5 s"
    assert view.former.data["x"][0].tolist() == pytest.approx([0.5, 0.7])
    view.show(frame(ks=np.array([0, 1, 3, 4]), seconds=np.array([0.0, 0.1, 0.5, 0.6])))
    assert not columns(view.here._source)["x"] and not view.former.data["x"]
    view.show(frame(ks=np.zeros(0), seconds=np.zeros(0), curves={}, at=0))
    assert columns(view.here._source)["x"] == [0], "nothing is recorded yet"


def moments(*ks: int) -> tuple[SimpleNamespace, ...]:
    return tuple(SimpleNamespace(k=k) for k in ks)


def test_the_time_line_says_what_is_in_sight():
    assert said(frame(moments=moments(0, 2))) == "now, k = 3\n2 moments kept"
    assert said(frame(at=2)) == "back at k = 2\nof 3, 2.00 dB"
    plain = frame(curves={"objective": np.array([4.0, 3.0, 2.0, 1.23456])})
    assert quality(plain, 3) == ", objective 1.235" and quality(frame(curves={}), 3) == ""
    assert moved(((2, "a"), (3, "b"), (4, "c")), 2, 4) == "b, c"


def test_the_strip_holds_the_moments_and_stands_at_the_one_in_sight(monkeypatch):
    heard: list = []
    session = SimpleNamespace(
        pictures=lambda: SimpleNamespace(version=1, truth=None),
        look_at=lambda k: heard.append(("look", k)),
        scrub=lambda by: heard.append(("scrub", by)),
        go_on_from_here=lambda: heard.append("branch"),
    )
    timeline = Timeline(session, lambda: heard.append("told"), clock=lambda: 0.0)
    monkeypatch.setattr(timeline, "_thumbnails", SimpleNamespace(strip=lambda moments, truth: f"{len(moments)}"))
    marks = ((0, "begun"), (2, "prior.weight = 3"))
    timeline.show_frame(frame(at=2, moments=moments(0, 2), marks=marks))
    strip = timeline.strip
    assert (strip.ks, strip.chosen, strip.sprite) == ([0, 2], 1, "2")
    assert strip.words == ["iteration 0, 4.00 dB", "iteration 2, 2.00 dB"] and strip.marks == [
        "begun",
        "prior.weight = 3",
    ]
    assert not timeline.now.disabled and not timeline.branch.disabled
    assert timeline.words.sentence == "back at k = 2\nof 3, 2.00 dB"
    timeline.show_frame(frame(moments=moments(0, 2), status=Status.DONE))
    assert strip.chosen == -1 and timeline.now.disabled and timeline.branch.disabled
    timeline.look_at(4)
    timeline.scrub(-2)
    timeline.now.clicks += 1
    timeline.branch.clicks += 1
    assert heard == [("look", 4), "told", ("scrub", -2), "told", ("look", None), "told", "branch", "told"]


def test_a_pixel_is_told_with_its_error_and_where_its_draws_lie():
    course = PixelCourse((0, 5), (0.25, 0.5), 0.75, (0.1, 0.9), 8)
    assert told(course, 5) == (
        "k = 5: value 0.5\ntruth 0.75, error -0.25\n90 % of the 8 draws kept of the later half: 0.1 to 0.9"
    )
    assert told(replace(course, truth=None, interval=None), 0) == "k = 0: value 0.25"
    assert told(course, 1) == "no iterate yet"


def test_the_row_of_a_pixel_shows_its_place_its_course_and_who_sees_it():
    row = PixelRow.__new__(PixelRow)
    super(PixelRow, row).__init__()
    set_: list = []
    course = PixelCourse((0, 3), (0.25, 0.5), 0.75, None, 0)
    reach = PixelReach(np.eye(3), -2 * np.eye(3)[:2], 4, 6)
    row.studies = SimpleNamespace(
        place=(1, 2), complaint="", course=lambda frame: course, reach=SimpleNamespace(result=None), trouble=lambda: "",
        session=SimpleNamespace(pictures=lambda: SimpleNamespace(shape=(3, 3))),
        set=lambda *said: set_.append(said), choose=set_.append, centre=lambda: (1, 1), tick=lambda: True,
    )  # fmt: skip
    row.draw(frame(at=2))
    assert [field.value for field in row.fields] == [1, 2] and [f.label for f in row.fields] == ["row", "column"]
    assert columns(row.line) == {"k": [0, 3], "value": [0.25, 0.5]} and columns(row.truth) == {"y": [0.75]}
    assert columns(row.here._source)["x"] == [2] and row.said.sentence == "no iterate yet"
    assert row.sees.sentence == "what the operator makes of it comes" and len(row.place) == 1
    row.studies.trouble = lambda: "not here"
    row.draw(None)
    assert row.sees.sentence == "not here"
    row.studies.reach.result, row.studies.complaint = reach, "no such pixel"
    row.studies.course = lambda frame: replace(course, truth=None)
    row.draw(frame())
    assert row.sees.sentence == "4 of 6 data see it" and row.complaint.sentence == "no such pixel"
    assert row.said.sentence == "k = 3: value 0.5" and columns(row.truth) == {"y": []}
    assert (row.spread.image.tags, row.seen.image.tags) == ([-1, 1], [-2, 2])
    assert (row.spread.y_range.start, row.seen.y_range.start) == (3, 2), "data fill their place"
    set_.clear()
    row.fields[1].value = 0
    row.leave.clicks += 1
    row.toggle()
    row.picked(1.9, 0.2)
    assert set_ == [("column", 0), None, None, (0, 1)]
    row.studies.place = None
    row.toggle()
    assert set_[-1] == (1, 1) and not row.open and row.tick()
    row.draw(None)
    assert len(row.place) == 0
    row.remain((1, 1))
    assert set_[-1] == (1, 1), "none is looked at, none has gone"
    row.studies.place = (1, 2)
    row.remain((2, 3))
    assert set_[-1] == (1, 1)
    row.remain((2, 2))
    assert set_[-1] is None
    row.studies.session = SimpleNamespace(pictures=lambda: SimpleNamespace(shape=(9,)))
    row.picked(2.6, 0.2)
    assert set_[-1] == (3,), "the nearest sample"


def test_the_picture_of_an_interval_has_the_colours_of_a_width_and_its_mean():
    row = IntervalRow.__new__(IntervalRow)
    super(IntervalRow, row).__init__()
    panel, width = Panel("Reconstruction"), np.array([[0.0, 1.0]])
    row.studies = SimpleNamespace(look=WIDTH, drawn=lambda: (width, (0.0, 1.0)), tick=lambda: True)
    assert row.put_into(panel, True) is True and panel.palette is SPREAD
    assert panel._grey.data["image"][0].tolist() == [[0, 255]] and "mean 0.5" in panel.caption.object
    row.studies.look = "Lower end"
    assert row.put_into(panel, True) is True and panel.palette is GREY
    row.studies.drawn = lambda: None
    row.studies.look = WIDTH
    assert row.put_into(panel, True) is False and panel.palette is GREY
    assert row.open and row.tick()
    row.studies.look = OFF
    assert not row.open
    heard = []
    row._turned = lambda: heard.append(row.studies.look)
    row._turn(WIDTH)
    assert heard == [WIDTH]
    (half,) = Interval.of(torch.arange(5.0)[:, None], 0.5)
    assert float(half.width) == 2


def test_data_are_drawn_before_and_after_each_of_their_steps():
    from workbench.data.steps.logarithm import MinusLog

    counts = np.exp(-np.arange(6.0, dtype=np.float32).reshape(2, 3))
    source = Measured(torch.from_numpy(counts), steps=(MinusLog(),))
    view = StagesView(SimpleNamespace(experiment=SimpleNamespace(source=source)), lambda: None)
    assert not view.before.element.visible and "MinusLog" in view.said.sentence
    view.show_pictures(None)
    assert view.menu.options == {"1: MinusLog": 1} and view.menu.value == 1 and view.menu.visible
    assert view.before.element.visible and view.after.element.visible
    stage = source.stages()[0]
    assert view.said.sentence == stage.said
    assert view.before.image.tags == pytest.approx([float(stage.before.tensor.min()), float(stage.before.tensor.max())])
    assert view.after.image.tags == pytest.approx([float(stage.after.tensor.min()), float(stage.after.tensor.max())])
    assert " × ".join(map(str, stage.after.tensor.shape)) in view.after.caption.object
    view.session.experiment.source = Measured(torch.from_numpy(counts))
    view.show_pictures(None)
    assert not view.menu.visible and not view.before.element.visible and "MinusLog" in view.said.sentence
