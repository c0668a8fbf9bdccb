"""What the tab Compare draws and says, of runs written out by hand."""

from types import SimpleNamespace

import numpy as np
import panel as pn

from tests.app.seen import columns
from workbench.app.compare.columns import PictureColumns, Tile, along, divided
from workbench.app.compare.lines import Line, Lines, style
from workbench.app.compare.pin_list import PinList, _distinct
from workbench.app.compare.tables import table
from workbench.app.toolkit.panels import GREY
from workbench.live.pins.one_beside import OneBeside
from workbench.refusal import Refusal


def test_two_pictures_are_divided_at_a_share_of_their_width_and_a_row_is_read_at_one_of_their_height():
    left, right = np.zeros((2, 5)), np.ones((2, 5))
    for share, cut in ((0, 0), (0.4, 2), (0.5, 2), (1, 5)):
        both, at = divided(left, right, share)
        assert at == cut and both.tolist() == [[0] * cut + [1] * (5 - cut)] * 2
    assert divided(np.zeros(4), np.ones(4), 0.25)[0].tolist() == [0, 1, 1, 1]
    assert divided(np.zeros((2, 4, 3)), np.ones((2, 4, 3)), 0.25)[0][:, :, 0].tolist() == [[0, 1, 1, 1]] * 2
    picture = np.arange(12.0).reshape(4, 3)
    for share, row in ((0, 0), (0.5, 2), (0.74, 2), (1, 3)):
        values, at = along(picture, share)
        assert (values.tolist(), at) == (picture[row].tolist(), row)
    assert along(np.arange(3.0), 0.9)[1] == 0
    assert along(np.ones((2, 3, 3)) * [1, 2, 6], 0)[0].tolist() == [3, 3, 3], "the mean of colours"
    assert style(None) == ("#8a8a8a", "solid") and len({style(n) for n in range(16)}) == 16


def test_pictures_are_drawn_beside_each_other_again_only_where_they_are_others():
    made = PictureColumns(pn.pane.HTML())
    drawn: list[str] = []
    for panel in made.panels:
        panel.show = lambda values, limits, whole, panel=panel: drawn.append(panel.title)
    tiles = [Tile("one", np.zeros((2, 4)), (1,), "detail"), Tile("two", np.ones((3, 2)), (1,))]
    made.show(tiles, (0.0, 1.0), GREY, True)
    assert drawn == ["one", "two"] and len(made.row) == 2 + 1 and "detail" in made.panels[0].caption.object
    assert (made.panels[0].x_range.start, made.panels[0].x_range.end) == (0, 4), "of the larger one"
    made.show(tiles, (0.0, 1.0), GREY, True)
    assert drawn == ["one", "two"]
    made.show([tiles[0], Tile("two", np.ones((3, 2)), (2,))], (0.0, 1.0), GREY, True)
    assert drawn == ["one", "two", "two"]
    made.show(tiles[:1], (0.0, 2.0), GREY, True)
    assert drawn[-1] == "one" and len(made.row) == 1 + 1 and not len(made.below), "there is room beside few"
    wide, small = made.panels[0].element.styles, PictureColumns(pn.pane.HTML()).panels[0].element.styles
    assert wide != small and "50%" in wide["max-width"]
    made.show([tiles[0]] * 5, (0.0, 1.0), GREY, True)
    assert len(made.row) == 4 and len(made.below) == 1 and "75%" in made.panels[0].element.styles["max-width"]
    made.show([], (0.0, 1.0), GREY, True)
    assert len(made.row) == 0
    made.mark(2.5, None)
    assert [(m.location, m.visible) for m in made.row_marks] == [(2.5, True)] * 4
    assert (made.divider.location, made.divider.visible) == (0, False)
    made.mark(0.0, 0.0)
    assert [(m.location, m.visible) for m in (made.row_marks[0], made.divider)] == [(0, True)] * 2, "the first row"
    made.mark(None, 3)
    assert not made.row_marks[0].visible and (made.divider.location, made.divider.visible) == (3, True)
    assert made.divider in made.panels[0].image.center and made.row_marks[3] in made.panels[3].image.center
    assert {m.dimension for m in made.row_marks} == {"width"} and made.divider.dimension == "height"
    assert made.panels[2].x_range is made.panels[0].x_range


def test_lines_of_runs_have_their_dash_and_a_ring_where_they_got_there():
    made, xs = Lines(200), np.arange(3.0)
    lines = [Line("a", style(0), xs, np.array([1.0, -2.0, 3.0]), 2), Line("a", style(1), xs, xs)]
    made.show("iteration", "objective", True, lines)
    first, second = map(columns, made.sources)
    assert first["x"] == [0, 1, 2] and first["y"][0] == 1 and np.isnan(first["y"][1]) and second["x"] == [0, 1, 2]
    assert columns(made.rings[0]) == {"x": [2], "y": [3]} and columns(made.rings[1]) == {"x": [], "y": []}
    plot = made.plot
    assert made.pane.object is plot and (plot.xaxis[0].axis_label, plot.yaxis[0].axis_label) == (
        "iteration",
        "objective",
    )
    assert type(plot.yaxis[0]).__name__ == "LogAxis" and plot.min_border_top == 8
    glyphs = [(type(r.glyph).__name__, r.glyph.line_dash) for r in plot.renderers if type(r.glyph).__name__ == "Line"]
    assert len(glyphs) == 2 and glyphs[0][1] != glyphs[1][1] and len(plot.renderers) == 4
    names = [item.label["value"] if isinstance(item.label, dict) else item.label.value for item in plot.legend[0].items]
    assert len(set(names)) == 2 and names[0] == "a", "told apart"
    made.show("iteration", "objective", True, lines)
    assert made.plot is plot, "the same lines are the same plot"
    made.show("iteration", "objective", False, lines)
    assert made.plot is not plot and columns(made.sources[0])["y"] == [1, -2, 3]
    made.show("iteration", "objective", False, [])
    assert made.sources == [] and not made.plot.legend


def listed(pins: tuple = (), **given: object) -> PinList:
    heard: list = []
    there = {key: SimpleNamespace(label=label) for key, label in (("truth", "truth"), ("now", "this run"))}
    beside = SimpleNamespace(all=there, chosen=("truth", "now"), choose=lambda keys: heard.append(keys) or "left out")
    pins_ = SimpleNamespace(
        all=pins, remove=lambda key: heard.append(("remove", key)), rename=lambda key, label: heard.append((key, label))
    )
    session = SimpleNamespace(pins=pins_, become=lambda experiment: heard.append(experiment) or "not here")
    made = PinList(session, beside, lambda: heard.append("changed"), lambda: heard.append("opened"))
    made.heard = heard
    return made


def test_what_can_be_done_with_a_pin_is_offered_where_there_is_one():
    made = listed()
    made.refresh()
    assert made.shown.options == {"truth": "truth", "this run": "now"} and made.shown.value == ["truth", "now"]
    assert (made.pin.value, made.name.disabled, made.unpin.disabled, made.back.disabled) == (0, True, True, True)
    assert made.heard == []
    pins = (
        SimpleNamespace(key=1, label="first", experiment="settings"),
        SimpleNamespace(key=2, label="second", experiment=None),
    )
    made = listed(pins)
    made.refresh()
    assert made.pin.options == {"first": 1, "second": 2} and made.pin.value == 2, "the newest"
    assert (made.name.value, made.name.disabled, made.unpin.disabled, made.back.disabled) == (
        "second",
        False,
        False,
        True,
    )
    made.back.clicks += 1
    assert made.heard == [], "a saved run that does not tell its settings"
    made.pin.value = 1
    assert (made.name.value, made.back.disabled) == ("first", False) and made.heard == []
    made.back.clicks += 1
    assert made.heard == ["settings", "opened"] and made.complaint.sentence == "not here"
    made.refresh()
    assert made.pin.value == 1
    made.heard.clear()
    made.name.value = "better"
    made.unpin.clicks += 1
    assert made.heard == [(1, "better"), "changed", ("remove", 1), "changed"] and made.complaint.sentence == ""
    made.heard.clear()
    made.shown.value = ["now", "truth"]
    assert made.heard == [("truth", "now"), "changed"] and made.note.sentence == "left out"

    def refuse(key: int, label: str) -> None:
        raise Refusal("a name for a pin", "none", "type one")

    made._session.pins.rename = refuse
    made.heard.clear()
    made.name.value = ""
    assert made.complaint.sentence == "wanted a name for a pin, got none: type one" and made.name.value == "first"
    assert made.heard == []
    long = "x" * 40
    assert list(_distinct({1: "a", 2: "a", 3: "a", 4: long})) == [
        "a",
        "a (2)",
        "a (3)",
        next(iter(_distinct({4: long}))),
    ]
    assert max(map(len, _distinct({4: long, 5: long}))) <= 26


def run(key: str, objective: list[float], **given: object) -> OneBeside:
    count = len(objective)
    plain = {"k": np.arange(count), "seconds": np.arange(count) / 4, "objective": np.array(objective)}
    return OneBeside(key, key, None, columns=plain | dict(given.pop("columns", {})), **given)


def test_the_table_has_what_each_run_is_worth_now_and_when_it_got_near_the_best():
    runs = (run("<a>", [4.0, 1.5, 1.0]), run("b", [4.0, 3.0]), run("c", [1.0], diverged=True))
    marks = {"<a>": 2, "b": None, "c": None}
    beside = SimpleNamespace(
        differing=lambda: (runs, [("prior.weight", ("1", "2", "–"))], 7), mark=lambda run: marks[run.key]
    )
    text = table(beside)
    rows = [[c.partition(">")[2].partition("<")[0] for c in row.split("<t")[1:]] for row in text.split("<tr>")[1:]]
    assert [row[0] for row in rows] == [
        "", "objective", "iterations", "seconds", "iterations to within 0.1% of the best",
        "seconds to within 0.1% of the best",
        "prior.weight",
    ]  # fmt: skip
    assert [row[1:] for row in rows[1:]] == [
        ["1", "3", "1"], ["2", "1", "0"], ["0.5", "0.25", "0"], ["2", "never", "–"],
        ["0.5", "never", "–"], ["1", "2", "–"],
    ]  # fmt: skip
    assert (
        "&lt;a&gt;" in text and "<a>" not in text and "7 settings agree" in text and text.count("<th scope='col'") == 3
    )
    beside.differing = lambda: (runs[:1], [], 0)
    assert "Pin a run to see what differs." in table(beside)
