"""What sweeps, the choice of a weight, lines by hand and a server draw and say."""

import math
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from tests.app.conftest import frame
from tests.app.seen import columns, seen
from workbench.analysis.spectrum import LinearAxis, LogarithmicAxis
from workbench.app.choose.view import ChooseView, _of_one_height
from workbench.app.hands.profile_row import ProfileRow
from workbench.app.serving.server_numbers import ServerNumbers, of_workers
from workbench.app.sweep.plots import SettingLines, SettingMap, SettingPoints
from workbench.app.toolkit.figures import Flags, Here, enlarge, mark, new_figure, pane, positive, reach
from workbench.app.toolkit.words import Words
from workbench.jobs import Status
from workbench.live.frames import ProblemPictures
from workbench.live.saved.sweep_cells import SweepSlice
from workbench.noise import Gaussian
from workbench.operators import Identity
from workbench.priors import Tikhonov
from workbench.problem import Problem
from workbench.sweeps import SettingResult
from workbench.tuning import PathPoint, SelectorChoice, Tuning, WeightPath


def setting(place: int, mean: float, deviation: float = math.nan, **words: object) -> SettingResult:
    return SettingResult((place,), words, mean, deviation, 1, 1)


def test_every_source_of_the_plots_of_a_sweep_is_drawn():
    expected = {
        SettingMap: {"source": "Rect", "frame": "Rect"},
        SettingPoints: {"source": "Scatter", "bars": "Segment", "ring": "Scatter"},
        SettingLines: {"source": "MultiLine", "hand": "MultiLine", "ends": "Text"},
    }
    for kind, glyphs in expected.items():
        made = kind(lambda found: None)
        assert seen(made, pane(made.plot)) == glyphs
        assert any(type(tool).__name__ == "TapTool" for tool in made.plot.tools)
    assert [len(kind(print).plot.right) for kind in expected] == [1, 0, 1]
    assert {(kind(print).mapper.low, kind(print).mapper.high) for kind in expected} == {(0, 1)}, (
        "before anything is known"
    )


def test_a_map_has_a_tile_a_pair_in_the_order_of_numbers_and_a_frame_round_the_one_in_hand():
    heard: list = []
    made = SettingMap(heard.append)
    settings = (setting(0, 1.0, a=10, b="x"), setting(1, 2.0, a=2, b="y"), setting(2, math.nan, a=2, b="x"))
    made.show(SweepSlice("a", "b", {}, settings), "PSNR", settings[1])
    drawn = columns(made.source)
    assert (drawn["x"], drawn["y"], drawn["value"][:2]) == ([1, 0, 0], [0, 1, 0], [1, 2])
    assert columns(made.frame) == {"x": [0], "y": [1]} and (made.mapper.low, made.mapper.high) == (1, 2)
    across, up = made.plot.xaxis[0], made.plot.yaxis[0]
    assert (across.axis_label, up.axis_label, made.bar.title) == ("a", "b", "PSNR")
    assert across.major_label_overrides == {0: "2", 1: "10"} and up.major_label_overrides == {0: "x", 1: "y"}
    assert across.ticker.ticks == [0, 1] and (made.plot.x_range.start, made.plot.x_range.end) == (-0.5, 1.5)
    made._tapped(made.source, [2])
    made._tapped(made.source, [])
    made._tapped(made.source, [3])
    assert heard == [settings[2]]
    many = tuple(setting(i, 3.0, a=i, b=0) for i in range(17))
    made.show(SweepSlice("a", "b", {}, many), "PSNR", None)
    assert made.plot.xaxis[0].ticker.ticks == [0, 3, 6, 9, 12, 15], "of more than eight names every third"
    assert made.mapper.low == 3 < made.mapper.high < 3.1 and not columns(made.frame)["x"]
    made.show(SweepSlice("a", "b", {}, settings[2:]), "PSNR", None)
    assert (made.mapper.low, made.mapper.high) == (0, 1)


def test_points_of_a_parameter_have_a_bar_of_one_deviation_and_an_axis_by_factors_where_values_are_far_apart():
    made = SettingPoints(lambda found: None)
    settings = (setting(0, 1.0, 0.5, a=1.0), setting(1, 3.0, a=100.0), setting(2, 2.0, 0.25, a=10.0))
    made.show(SweepSlice("a", "", {}, settings), "PSNR", settings[2])
    assert columns(made.source) == {"x": [0, 2, 1], "y": [1, 3, 2]} and columns(made.ring) == {"x": [1], "y": [2]}
    assert columns(made.bars) == {"x": [0, 2, 1], "low": [0.5, 3, 1.75], "high": [1.5, 3, 2.25]}
    axis = made.plot.xaxis[0]
    assert axis.ticker.ticks == [0, 1, 2] and axis.major_label_overrides == {0: "1", 1: "10", 2: "100"}
    assert (axis.axis_label, made.plot.yaxis[0].axis_label) == ("a", "PSNR")
    ends = made.plot.x_range.start, made.plot.x_range.end, made.plot.y_range.start, made.plot.y_range.end
    assert ends == pytest.approx((-0.12, 2.12, 0.5 - 0.15, 3 + 0.15))
    made.show(SweepSlice("a", "", {}, settings[:1]), "PSNR", None)
    assert (made.plot.x_range.start, made.plot.x_range.end) == (0, 2), "one value has a room of one on each side"
    many = tuple(setting(i, 1.0, a=float(i)) for i in range(11))
    made.show(SweepSlice("a", "", {}, many), "PSNR", None)
    assert made.plot.xaxis[0].ticker.ticks == [0, 2, 4, 6, 8, 10], "six of more than eight"
    named = (setting(0, 1.0, a="TV"), setting(1, 2.0, a="L1"))
    made.show(SweepSlice("a", "", {}, named), "PSNR", None)
    assert columns(made.source)["x"] == [0, 1] and made.plot.xaxis[0].major_label_overrides == {0: "TV", 1: "L1"}


def test_a_line_a_setting_goes_from_the_least_to_the_largest_of_each_parameter():
    made = SettingLines(lambda found: None)
    settings = (setting(0, 1.0, a=1.0, b="x"), setting(1, math.nan, a=9.0, b="x"), setting(2, 2.0, a=3.0, b="y"))
    made.show(settings, "PSNR", settings[2])
    drawn = columns(made.source)
    assert (drawn["xs"], drawn["ys"], drawn["value"]) == ([[0, 1], [0, 1]], [[0, 0], [1, 1]], [1, 2])
    assert columns(made.hand) == {"xs": [[0, 1]], "ys": [[1, 1]]} and made.bar.title == "PSNR"
    ends = sorted(zip(*columns(made.ends).values(), strict=True))
    assert ends == [(0, -0.06, "1"), (0, 1.06, "3"), (1, -0.06, "x"), (1, 1.06, "y")], "beside the ends, not on them"
    axis = made.plot.xaxis[0]
    assert (
        axis.ticker.ticks == [0, 1]
        and axis.major_label_overrides == {0: "a", 1: "b"}
        and not made.plot.yaxis[0].visible
    )
    assert (made.plot.x_range.start, made.plot.x_range.end) == (-0.5, 1.5)
    made.show((), "PSNR", None)
    assert not columns(made.source)["xs"] and not columns(made.ends)["x"]


# The choice of a weight.


def test_curves_over_the_weight_have_one_height_and_logarithms_where_the_rule_says():
    assert _of_one_height(np.array([2.0, 6.0, np.inf, 4.0])).tolist()[:2] == [0, 1]
    assert np.isnan(_of_one_height(np.array([2.0, 6.0, np.inf]))[2]) and _of_one_height(np.ones(2)).tolist() == [0, 0]
    session = SimpleNamespace(
        experiment=SimpleNamespace(device="cpu"), problem=SimpleNamespace(prior=None, truth=None), looks=[]
    )
    view = ChooseView.__new__(ChooseView)
    x = torch.zeros(1, 1, 2, 2)
    points = tuple(
        PathPoint(w, x, x, misfit, w * prior) for w, misfit, prior in ((1.0, 1, 100), (10.0, 10, 10), (100.0, 100, 1))
    )
    path = WeightPath(Problem(Identity((1, 2, 2)), Gaussian(0.1), Tikhonov(), x), points)
    choice = lambda word, *curve: SelectorChoice(word, 10.0, torch.tensor(curve), f"weight 10 by {word}", (1, 100))  # noqa: E731
    told = Tuning(
        path,
        {
            "gcv": choice("gcv", 100.0, 1.0, 10.0),
            "sure": choice("sure", 5.0, 1.0, 3.0),
            "oracle": choice("oracle", 1.0, 2.0),
        },
        {},
    )
    handed: list = []
    view.choosing = SimpleNamespace(
        session=session, weight=None, found=path, told=lambda: told, where="weight", sentence=lambda: "said",
        trouble=lambda: "amiss",
        path=SimpleNamespace(status=Status.DONE, start=None, toggle=None, cancel=None),
        scattered=lambda word: f"spread of {word}",
        spread=SimpleNamespace(current=SimpleNamespace(chosen={"gcv": (2.0, math.nan)}), start=None),
        set=lambda name, value: (handed.append(value), setattr(view.choosing, "weight", value)), take=lambda: True,
    )  # fmt: skip
    view._build()
    view._stale, view.opened = False, lambda: handed.append("opened")
    view._plot(path, told)
    drawn = {word: columns(view.lines[word])["value"] for word in ("gcv", "sure", "oracle", "evidence")}
    assert drawn["gcv"] == pytest.approx([1, 0, 0.5]), "in logarithms"
    assert drawn["sure"] == [1, 0, 0.5] and drawn["oracle"] == drawn["evidence"] == []
    assert columns(view.terms["data misfit"])["value"] == pytest.approx([0, 0.5, 1])
    assert columns(view.terms["prior / weight"])["value"] == pytest.approx([1, 0.5, 0])
    assert [view.names[name].visible for name in ("GCV", "SURE", "Evidence")] == [True, True, False]
    scattered = columns(view.spread["gcv"])
    assert scattered["weight"] == [2] and scattered["value"][0] < 0 and not columns(view.spread["sure"])["weight"]
    assert columns(view.flags._source)["text"] == ["GCV", "SURE", "Oracle"]
    assert view.rule.options == {"by hand": "by hand", "GCV": "gcv", "SURE": "sure", "Oracle": "oracle"}
    view._draw()
    assert view.rule.value == "gcv" and handed == [10], "the first rule takes the handle"
    assert (view.status.sentence, view.complaint.sentence) == ("said", "amiss") and not view.awaiting.words.sentence
    view._draw()
    assert (view.handle.end, view.handle.value, view.handle.disabled, view.use.disabled) == (2, 1, False, False)
    assert view.mark.sentence == "weight 10; the picture is that of 10; spread of gcv"
    assert "at weight 10" in view.picture.caption.object
    view.handle.value = 2
    assert view.rule.value == "by hand" and handed == [10, 100]
    view.use.clicks += 1
    assert handed[-1] == "opened"
    view.look.value = "L-curve"
    assert view._place[0] is view.lcurve.element
    view.choosing.found = None
    view._draw()
    assert "Find the weight" in view.awaiting.words.sentence


# Lines by hand, servers.


def test_a_profile_has_the_units_of_the_file_and_ends_that_are_said():
    experiment = SimpleNamespace(truth=object())
    session = SimpleNamespace(loaded=SimpleNamespace(limits=(100.0, 300.0), units=""), experiment=experiment)
    made = ProfileRow(session)
    assert not made.open and not made.tick()
    made.choose(((0.0, 0.0), (0.0, 2.0)))
    assert made.open and made.tick() and not made.tick()
    picture = np.array([[0.0, 0.5, 1.0], [0, 0, 0]], dtype=np.float32)
    pictures = ProblemPictures(1, picture, picture, "data")
    made.draw(pictures, frame(image=picture / 2, error=-picture / 2))
    truth, image, error = map(columns, made._lines)
    assert truth == {"distance": [0, 1, 2], "value": [100, 200, 300]} and image["value"] == [100, 150, 200]
    assert error["value"] == [0, -50, -100] and made.plot.yaxis.axis_label == "value, units of the file"
    assert made._said.sentence == "From (0.0, 0.0) to (0.0, 2.0), row and column\nk = 3"
    session.loaded = SimpleNamespace(limits=(0.0, 1.0), units="")
    made.draw(pictures, None)
    assert made.plot.yaxis.axis_label == "value" and columns(made._lines[0])["value"] == [0, 0.5, 1]
    assert not columns(made._lines[1])["distance"] and made._said.sentence.endswith("row and column\n")
    session.loaded.units = "mm"
    made.choose(((0.0,), (2.0,)))
    signal = ProblemPictures(1, None, picture[0], "data")
    made.draw(signal, frame(image=picture[0], error=None))
    assert made.plot.yaxis.axis_label == "value, mm" and made._said.sentence == "From (0.0) to (2.0)\nk = 3"
    assert not columns(made._lines[0])["distance"] and columns(made._lines[1])["value"] == [0, 0.5, 1]
    session.loaded.limits, session.experiment.truth = (100.0, 300.0), None
    made.draw(signal, None)
    assert made.plot.yaxis.axis_label == "value, mm"
    assert [r.glyph.line_dash for r in made.plot.renderers] and len(made.plot.renderers) == 3
    made.choose(None)
    made.draw(pictures, None)
    assert len(made.place) == 0


def test_a_server_tells_who_is_inside_and_what_runs():
    numbers = ServerNumbers()
    numbers.count_inside(lambda: 3)
    numbers.refused.inc()
    numbers.building.observe(0.3)
    text = numbers.text().decode()
    assert "workbench_visitors 3.0" in text and "workbench_refused_total 1.0" in text
    assert (
        'workbench_page_seconds_bucket{le="0.25"} 0.0' in text and 'workbench_page_seconds_bucket{le="0.5"} 1.0' in text
    )
    assert "process_cpu_seconds_total" in text and "# TYPE workbench_runs gauge" in text
    both = of_workers(["# TYPE a gauge\na 1.0\n", "# TYPE a gauge\na 2.0\n"]).decode()
    assert 'a{worker="0"} 1.0' in both and 'a{worker="1"} 2.0' in both and both.count("# TYPE a gauge") == 1


# What plots share.


def test_words_of_flags_stand_on_the_side_with_room_one_above_the_other():
    plot = new_figure("x", "y")
    flags = Flags(plot)
    flags.show([(0.0, "low", "red"), (4.0, "high", "blue"), (math.nan, "nowhere", "red"), (2.0, "middle", "red")])
    drawn = columns(flags._source)
    assert (drawn["x"], drawn["text"], drawn["colour"]) == (
        [0, 4, 2],
        ["low", "high", "middle"],
        ["red", "blue", "red"],
    )
    assert (drawn["side"], drawn["shift"], drawn["y"]) == (["left", "right", "left"], [4, -4, 4], [100, 114, 128])
    flags.show([])
    assert not columns(flags._source)["x"]
    here = Here(plot)
    here.show(2.0)
    assert columns(here._source)["x"] == [2]
    for nowhere in (None, math.nan):
        here.show(nowhere)
        assert not columns(here._source)["x"]


def test_axes_go_as_far_as_can_be_drawn_and_have_the_ticks_of_their_values():
    plot = new_figure("x", "y", log_x=True)
    assert [type(axis[0]).__name__ for axis in (plot.xaxis, plot.yaxis)] == ["LogAxis", "LinearAxis"]
    assert not plot.x_range.syncable and not plot.y_range.syncable and not plot.syncable
    ends = SimpleNamespace(told=[], update=lambda **given: ends.told.append(given))
    reach(ends, -1.0, 9e29)
    for far in ((-1.0, 1e30), (-1e30, 0.0), (math.nan, 1.0), (0.0, math.inf)):
        reach(ends, *far)
    assert ends.told == [{"start": -1.0, "end": 9e29}]
    mark(plot.xaxis, LogarithmicAxis(10.0))
    assert plot.xaxis[0].ticker.ticks == sorted(LogarithmicAxis(10.0).ticks())
    mark(plot.xaxis, LinearAxis(10.0))
    assert not hasattr(plot.xaxis[0].ticker, "ticks") and plot.xaxis[0].major_label_overrides == {}
    np.testing.assert_array_equal(positive(np.array([1.0, 0.0, -1.0])), [1, np.nan, np.nan])
    line = plot.line([0], [0])
    plot.add_layout(__import__("bokeh.models", fromlist=["Legend"]).Legend())
    enlarge(plot)
    assert line.glyph.line_width == 4 and plot.legend[0].label_height == 28
    assert (plot.min_border_left, plot.min_border_bottom, plot.min_border_top) == (130, 86, 8)


def test_a_sentence_takes_no_room_while_there_is_none_and_is_no_markup():
    words = Words("red")
    assert words.element.object == ""
    words.say("a < b")
    assert "a &lt; b" in words.element.object and "color:red" in words.element.object and words.sentence == "a < b"
    words.say("")
    assert words.element.object == "" and Words(sentence="x").sentence == "x"
