"""The three planes of a volume that meet in a point: a click in one of them moves the other two."""

import panel_material_ui as pmui
from bokeh.models import Span

from workbench.app.run.interval_row import IntervalRow
from workbench.app.standing.narrow import pictures_abreast
from workbench.app.toolkit.overtaken import hear
from workbench.app.toolkit.panels import DIVERGING, GREY, SPREAD, Panel
from workbench.app.toolkit.tab import SMALL
from workbench.figures.colours import HERE
from workbench.figures.crossing import Crossing
from workbench.live.controls import Quiet
from workbench.live.cut import Cut
from workbench.live.frames import Frame
from workbench.live.images import Array, Limits, from_nothing
from workbench.live.studies.intervals import LOOKS, OFF, WIDTH
from workbench.live.volumes import ERROR, IMAGE, Volumes, in_a_row, plane_of

ORDER = ("first", "second", "third")


class ThreePlanes:
    """`element` has the planes with a cross-hair; the sliders of `tools`, which arrow keys move, say where they meet.

    One window of values holds for all three; `fit` takes the one that suits the planes. The menu of pictures has those
    of the interval, too: it turns the switch of `intervals`, whose row stands below.
    """

    def __init__(self, start: Crossing, intervals: IntervalRow) -> None:
        self.point, self._frame, self._quiet, self._intervals = start, None, Quiet(), intervals
        self._windows: dict[str, Limits] = {}
        self.picture = pmui.Select(label="picture", options=[IMAGE], value=IMAGE, width=175, **SMALL)
        self.picture.param.watch(lambda event: self._turn(event.new), "value")
        self.places = [
            pmui.IntSlider(label=f"{word} axis", start=0, end=1, width=130, size="small", margin=(10, 8))
            for word in ORDER
        ]
        for axis, slider in enumerate(self.places):
            hear(slider, lambda place, axis=axis: self.move(self.point.along(axis, place)), self._quiet)
        self.window = pmui.RangeSlider(
            label="window", start=0.0, end=1.0, value=(0.0, 1.0), step=0.005, width=190, size="small",
            margin=(10, 8), format="0.[000]",
        )  # fmt: skip
        hear(self.window, self._narrowed, self._quiet)
        self.panels = [Panel(f"Across the {word} axis", meaning=_meaning(across)) for across, word in enumerate(ORDER)]
        self._hairs = [_hair(panel) for panel in self.panels]
        for across, panel in enumerate(self.panels):
            panel.on_pick(lambda x, y, across=across: self.move(self.point.at(across, y, x)))
        self.tools = (self.picture, *self.places, self.window)
        self.element = pictures_abreast(*(panel.element for panel in self.panels))
        self.begin(start.sides)

    def begin(self, sides: tuple[int, int, int]) -> None:
        """Another problem: windows begin anew; the point stays where the volume has it."""
        self._windows, self._frame = {}, None
        if sides != self.point.sides:
            self.point = Crossing.middle(sides)
        for across, panel in enumerate(self.panels):
            panel.fit(tuple(sides[axis] for axis in Crossing.others(across)))
        with self._quiet:
            for axis, slider in enumerate(self.places):
                end, alone = max(sides[axis] - 1, 1), sides[axis] < 2
                slider.param.update(end=end, value=self.point.places[axis], disabled=alone)

    def move(self, point: Crossing) -> None:
        """Look at the planes through another point."""
        self.point = point
        with self._quiet:
            for axis, slider in enumerate(self.places):
                slider.value = point.places[axis]
        self._draw()

    def show_frame(self, frame: Frame) -> None:
        """The newest iterate."""
        self._frame = frame
        if frame.volumes is not None:
            names = [*frame.volumes.names, *LOOKS]
            if self.picture.options != names:
                kept = self.picture.value if self.picture.value in names else IMAGE
                self.picture.param.update(options=names, value=kept)
            self._draw()

    def follow(self) -> None:
        """Show the interval that the switch asks for, where it does."""
        if self._intervals.switch.value != OFF:
            self.picture.param.update(options=[IMAGE, *LOOKS], value=self._intervals.switch.value)

    def _turn(self, name: str) -> None:
        self._intervals.switch.value = name if name in LOOKS else OFF
        self._draw()

    def fit(self) -> None:
        """The window that suits what is in sight."""
        self._windows.pop(self.picture.value, None)
        self._draw(afresh=True)

    def _narrowed(self, limits: Limits) -> None:
        if limits[1] > limits[0]:
            self._windows[self.picture.value] = limits
            self._draw()

    def _draw(self, afresh: bool = False) -> None:
        frame, name = self._frame, self.picture.value
        if frame is None or frame.volumes is None or name not in (*frame.volumes.names, *LOOKS):
            return
        volumes, interval = frame.volumes, self._intervals.studies.signal(name) if name in LOOKS else None
        not_yet = "none yet; reconstruction, " * (name in LOOKS and interval is None)
        name = IMAGE if not_yet else name
        cuts = [Cut(across, self.point.places[across]) for across in range(3)]
        planes = tuple(volumes.plane(name, c) if interval is None else plane_of(interval, c) for c in cuts)
        limits = self._windows.get(name)
        if limits is None:
            limits = _limits(name, volumes, planes)
            # An iterate alone has limits of its own until they are fitted, and so has an interval, which may grow.
            if afresh or (name not in LOOKS and (volumes.truth is not None or name != IMAGE)):
                self._windows[name] = limits
        self._offer(limits)
        whole = frame.status != "running" or frame.at is not None
        for across, (panel, plane) in enumerate(zip(self.panels, planes, strict=True)):
            panel.recolour({ERROR: DIVERGING, WIDTH: SPREAD}.get(name, GREY))
            panel.show(plane, limits, whole)
            place, side = self.point.places[across], self.point.sides[across]
            panel.describe(f"{not_yet}at {place} of 0 to {side - 1}")
            row, column = self.point.in_plane(across)
            for line, at in zip(self._hairs[across], (row + 0.5, column + 0.5), strict=True):
                line.location = at

    def _offer(self, limits: Limits) -> None:
        """The window's slider with room on both sides of these limits."""
        if self.window.value == limits:
            return
        low, high = limits
        room = 0.5 * (high - low)
        with self._quiet:
            step = max((high - low) / 200, 1e-9)
            self.window.param.update(start=low - room, end=high + room, value=(low, high), step=step)


def _limits(name: str, volumes: Volumes, planes: tuple[Array, ...]) -> Limits:
    """What colours mean for all planes alike: of an interval's ends as of the iterate."""
    if name == WIDTH:
        return from_nothing(in_a_row(planes))
    return volumes.limits(IMAGE if name in LOOKS else name, planes)


def _meaning(across: int) -> str:
    rows, columns = (ORDER[axis] for axis in Crossing.others(across))
    return f"rows go along the {rows} axis, columns along the {columns}"


def _hair(panel: Panel) -> tuple[Span, Span]:
    """The lines through the point: along its row, and along its column."""
    lines = tuple(
        Span(location=0.5, dimension=dimension, line_color=HERE, line_width=1.5, line_alpha=0.85)
        for dimension in ("width", "height")
    )
    for line in lines:
        panel.image.add_layout(line)
    return lines[0], lines[1]
