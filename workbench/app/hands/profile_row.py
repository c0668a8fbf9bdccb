"""Below the pictures, in the place of the curves: the values along a line that was drawn on them."""

import panel_material_ui as pmui

from workbench.app.toolkit.built_row import BuiltRow
from workbench.app.toolkit.figures import empty, fill, legend, new_figure, pane
from workbench.app.toolkit.words import Words
from workbench.figures.colours import COLOURS
from workbench.live.frames import Frame, ProblemPictures
from workbench.live.hands.gestures import Point, along_line
from workbench.live.session import Session

_HEIGHT = 220  # px: less than the row of a pixel, since the bar of the hands stands above
_NAMES = ("truth", "reconstruction", "difference")
_DASHES = ("dashed", "solid", "dotted")


class ProfileRow(BuiltRow):
    """`place` is empty until a line is drawn: then it follows the run. `line` are its two ends; None for none."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self.line: tuple[Point, Point] | None = None
        self._fresh = False

    @property
    def open(self) -> bool:
        """Whether a line is chosen."""
        return self.line is not None

    def choose(self, line: tuple[Point, Point] | None) -> None:
        """Another line, or none."""
        self.line, self._fresh = line, True

    def tick(self) -> bool:
        """Whether there is another line."""
        fresh, self._fresh = self._fresh, False
        return fresh

    def draw(self, pictures: ProblemPictures | None, frame: Frame | None) -> None:
        """The values along the line as they are now."""
        if not self._laid_out() or self.line is None or pictures is None:
            return
        image, error = (frame.image, frame.error) if frame else (None, None)
        start, end = self.line
        low, high = self._session.loaded.limits if self._session.experiment.truth else (0.0, 1.0)
        units = self._session.loaded.units or ("units of the file" if (low, high) != (0.0, 1.0) else "")
        self.plot.yaxis.axis_label = f"value, {units}" if units else "value"
        offsets = low, low, 0.0
        for source, picture, offset in zip(self._lines, (pictures.truth, image, error), offsets, strict=True):
            if picture is None or picture.ndim < len(start):
                fill(source, {"distance": [], "value": []})
                continue
            distance, value = along_line(picture, start, end)
            fill(source, {"distance": distance, "value": offset + (high - low) * value})
        ends = " to ".join(f"({', '.join(f'{at:.1f}' for at in point)})" for point in self.line)
        k = f"k = {frame.pictured}" if frame else ""
        self._said.say(f"From {ends}, row and column\n{k}" if len(start) > 1 else f"From {ends}\n{k}")

    def _built(self) -> pmui.Row:
        self._said = Words()
        self.plot = new_figure("distance along the line, px", "value")
        self._lines = [empty("distance", "value") for _ in _NAMES]
        drawn = {}
        for name, source, colour, dash in zip(_NAMES, self._lines, COLOURS[1:] + COLOURS[:1], _DASHES, strict=False):
            line = self.plot.line(
                "distance", "value", source=source, color=colour, line_width=2, line_dash=dash, name=name
            )
            drawn[name] = [line]
        legend(self.plot, drawn)
        leave = pmui.Button(label="Close", icon="close", variant="text", size="small", margin=(4, 0))
        leave.on_click(lambda event: self.choose(None))
        words = pmui.Column(self._said.element, leave, width=225, margin=(0, 6, 0, 4), styles={"flex": "none"})
        return pmui.Row(words, pane(self.plot), sizing_mode="stretch_width", height=_HEIGHT, margin=0)
