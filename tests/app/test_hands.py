"""Gestures on the pictures: strokes, windows of the colours, profiles."""

from dataclasses import replace

import numpy as np
import pytest

from tests.app.conftest import frame
from workbench.app.hands.hand_bar import COLOURS, LOSE, PAINT, PROFILE
from workbench.app.run.pictures import Gallery
from workbench.app.toolkit.drags import WINDOW
from workbench.data import Painted
from workbench.data.regions import Brush, Rectangle, Text
from workbench.live.hands.gestures import LOST, PAINTED, Pen, along_line, thinned_way, windowed
from workbench.live.hands.windows import ColourWindows
from workbench.live.session import Session

SIDES = (20, 30)


@pytest.mark.parametrize(
    ("shape", "region"),
    [
        (PAINTED["brush"], Brush(((4.2, 7.0), (5.0, 9.0), (8.9, 3.0)), 2.0)),
        (PAINTED["line"], Brush(((4.2, 7.0), (8.9, 3.0)), 2.0)),
        (PAINTED["rectangle"], Rectangle((4.0, 3.0), (9.0, 7.0))),
        (PAINTED["text"], Text("No. 5", (4.2, 3.0), 4.7)),
        (LOST["rows"], Rectangle((4.0, 0.0), (9.0, 29.0))),
        (LOST["columns"], Rectangle((0.0, 3.0), (19.0, 7.0))),
    ],
)
def test_a_way_becomes_the_region_of_its_shape(shape, region) -> None:
    made = shape.make(((4.2, 7.0), (5.0, 9.0), (8.9, 3.0)), Pen(2.0, "No. 5"), SIDES)
    if isinstance(made, Text):
        assert made.height == pytest.approx(region.height)
        made = replace(made, height=region.height)
    assert made == region


def test_rows_and_columns_of_a_plane_stay_in_it() -> None:
    way = (3.0, 4.0, 5.0), (3.0, 6.0, 8.0)
    assert LOST["rows"].make(way, Pen(1.0), (9, 20, 30)) == Rectangle((3.0, 4.0, 0.0), (3.0, 6.0, 29.0))


def test_a_way_keeps_its_corners_and_few_other_points() -> None:
    straight = [(float(i), 0.1 * (i % 2)) for i in range(50)]
    corner = [(49.0, float(i)) for i in range(1, 40)]
    found = thinned_way((*straight, *corner))
    assert len(found) < 6 and found[0] == (0.0, 0.0) and found[-1] == (49.0, 39.0)
    assert min(np.hypot(a - 49, b) for a, b in found) <= 0.4
    assert thinned_way(((1.0, 1.0), (1.0, 1.0), (1.0, 1.0))) == ((1.0, 1.0), (1.0, 1.0))


def test_a_window_widens_to_the_right_and_brightens_upwards() -> None:
    assert windowed((0.0, 1.0), 100, 0) == (-0.5, 1.5)
    assert windowed((0.0, 1.0), -100, 0) == (0.25, 0.75)
    assert windowed((2.0, 4.0), 0, 100) == (1.0, 3.0)
    windows = ColourWindows()
    windows.put("data", (3.0, 1.0))
    assert windows.of("data", (0.0, 9.0)) == (1.0, 3.0) and windows.of("error", (0.0, 9.0)) == (0.0, 9.0)
    windows.forget("data")
    assert windows.of("data", (0.0, 9.0)) == (0.0, 9.0)


def test_a_profile_is_that_of_a_plane_and_ends_at_the_rim() -> None:
    rows, columns = np.mgrid[:20, :30]
    distance, value = along_line(2.0 * rows - columns, (2.0, 3.0), (8.0, 11.0))
    assert len(distance) == 11 and distance[-1] == pytest.approx(10)
    np.testing.assert_allclose(value, np.linspace(1.0, 5.0, 11), atol=1e-12)
    _, value = along_line(np.ones((4, 4, 3)), (-1.0, 0.0), (5.0, 3.0))
    assert np.isnan(value[[0, -1]]).all() and (value[2:-2] == 1).all()
    assert along_line(np.arange(9.0), (2.0,), (5.0,))[1].tolist() == [2, 3, 4, 5]


@pytest.fixture
def opened() -> list[None]:
    """As often as the experiment has become another one."""
    return []


@pytest.fixture
def gallery(session: Session, opened: list[None]) -> Gallery:
    made = Gallery(session, lambda: opened.append(None))
    made.show_pictures(session.pictures())
    made.show_frame(frame())
    return made


def test_a_drag_and_a_click_paint_and_undo_takes_them_back(
    gallery: Gallery, session: Session, opened: list[None]
) -> None:
    bar = gallery.hands.bar
    bar.mode.value, bar.radius.value, bar.value.value = PAINT, "2", "0.5"
    assert bar.drawn("truth") == "way" and not bar.drawn("data") and gallery.truth.image.toolbar.active_drag is None
    gallery.hands.dragged("truth", [4.5, 10.5], [3.5, 8.5])
    gallery._clicked("truth", 20.5, 21.5)
    gallery._clicked("reconstruction", 9.0, 9.0)
    regions = Brush(((3.0, 4.0), (8.0, 10.0)), 2.0), Brush(((21.0, 20.0),), 2.0)
    assert session.experiment.truth == Painted(session.experiment.source.bare, regions, (0.5, 0.5))
    assert bar.said.sentence.endswith("2 painted, 0 lost.") and len(opened) == 2
    bar.back.clicks += 1
    assert len(session.experiment.truth.regions) == 1
    gallery.hands.undo()
    gallery.hands.undo()
    assert "take back" in bar.complaint.sentence and gallery.pixel.studies.place is None


def test_words_are_written_as_high_as_the_box_and_none_are_refused(gallery: Gallery, session: Session) -> None:
    bar = gallery.hands.bar
    bar.mode.value, bar.shape.value, bar.text.value = PAINT, "text", "A, b"
    assert bar.drawn("truth") == "box" and bar.text in list(bar.element) and bar.radius not in list(bar.element)
    gallery.hands.dragged("truth", [3.5, 20.5], [12.5, 4.5])
    assert session.experiment.truth.regions == (Text("A, b", (4.0, 3.0), 8.0),)
    bar.text.value = "  "
    gallery.hands.dragged("truth", [3.5, 20.5], [12.5, 4.5])
    assert "1 to 80 letters" in bar.complaint.sentence and len(session.experiment.truth.regions) == 1


def test_data_are_lost_where_a_box_was_drawn(gallery: Gallery, session: Session) -> None:
    bar = gallery.hands.bar
    bar.mode.value = LOSE
    assert bar.shape.value == "rectangle" and bar.radius not in bar.element
    bar.shape.value = "columns"
    gallery.hands.dragged("data", [4.4, 7.6], [3.0, 9.0])
    assert session.experiment.lost == (Rectangle((0.0, 4.0), (31.0, 7.0)),)
    gallery.hands.dragged("data", [-50.0, 90.0], [0.0, 9.0])
    assert "some are left" in bar.complaint.sentence and len(session.experiment.lost) == 1


def test_colours_follow_a_drag_typed_ends_and_a_reset(gallery: Gallery) -> None:
    bar, limits = gallery.hands.bar, gallery._window
    bar.mode.value = COLOURS
    assert {bar.drawn(name) for name in ("truth", "data", "reconstruction", "error")} == {WINDOW}
    gallery.hands.dragged("reconstruction", [-100.0], [0.0])
    assert limits("image") == (0.25, 0.75) and [field.value for field in bar.ends] == ["0.25", "0.75"]
    assert gallery.truth._grey.data["image"][0].max() == 255
    bar.ends[1].value = "wide"
    assert "a number for to" in bar.complaint.sentence and limits("image") == (0.25, 0.75)
    bar.ends[1].value = "0.5"
    assert limits("image") == (0.25, 0.5)
    gallery.hands.window("image", None)
    assert limits("image") == (0.0, 1.0) and bar.ends[0].value == "0"
    bar.of.value = "error"
    assert bar.ends[1].value == "0.5"
    bar.palette.value = "viridis"
    assert gallery.data._mapper.palette[0] == "#440154" and gallery.error._mapper.palette[0] != "#440154"
    gallery.hands.window("data", (0.0, 0.25))
    gallery.show_pictures(gallery._pictures)
    assert limits("data") == (0.0, 0.25), "other data of the same size keep the window"


def test_a_line_that_was_drawn_has_its_profile_until_it_is_closed(gallery: Gallery) -> None:
    bar = gallery.hands.bar
    bar.mode.value = PROFILE
    assert not bar.drawn("data")
    gallery.hands.dragged("error", [0.5, 31.5], [4.5, 4.5])
    assert gallery.beat(frame()) and gallery.whole and not gallery.beat(frame())
    truth, image, error = (line.data["value"] for line in gallery.profile._lines)
    np.testing.assert_allclose(image - error, np.full(32, 0.5), atol=1e-6)
    assert len(truth) == 32 and gallery.image._way.data["y"] == [4.5, 4.5]
    gallery.profile.choose(None)
    assert gallery.beat(frame()) and not gallery.whole and not len(gallery.profile.place)
