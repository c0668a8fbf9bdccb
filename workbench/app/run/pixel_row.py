"""Below the pictures, in the place of the curves: the pixel that was clicked."""

import panel_material_ui as pmui

from workbench.app.toolkit.built_row import BuiltRow
from workbench.app.toolkit.figures import Here, empty, fill, new_figure, pane
from workbench.app.toolkit.panels import DIVERGING, Panel
from workbench.app.toolkit.words import Words
from workbench.figures.colours import ERROR
from workbench.live.frames import Frame
from workbench.live.images import balanced
from workbench.live.pixel import PixelCourse, PixelStudies, inside
from workbench.live.session import Session

_AXES = ("row", "column")
_SMALL = {"flex": "0 1 220px", "max-width": "220px"}
_HEIGHT = 264  # px: what pictures and time line leave of a laptop's screen


class PixelRow(BuiltRow):
    """`place` is empty until a pixel is chosen; `picked(place)` looks at one, `toggle` at the middle one or at none."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.studies = PixelStudies(session)

    @property
    def open(self) -> bool:
        """Whether a pixel is looked at."""
        return self.studies.place is not None

    def picked(self, x: float, y: float) -> None:
        """A person has clicked into a picture, in its pixels; one of a signal has one axis."""
        axes = len(self.studies.session.pictures().shape[:2])
        self.studies.choose((int(y), int(x)) if axes == 2 else (round(x),))

    def toggle(self) -> None:
        """The pixel in the middle, or none."""
        self.studies.choose(None if self.open else self.studies.centre())

    def remain(self, shape: tuple[int, ...]) -> None:
        """Another signal may have no such pixel: then none is looked at."""
        at = self.studies.place
        if at is not None and not inside(at, shape):
            self.studies.choose(None)

    def tick(self) -> bool:
        """Whether there is something to draw."""
        return self.studies.tick()

    def draw(self, frame: Frame | None) -> None:
        """What is known by now; nothing where no pixel is chosen."""
        if not self._laid_out():
            return
        self.complaint.say(self.studies.complaint)
        at = self.studies.place or ()
        for field, value in zip(self.fields, (*at, 0), strict=False):
            if field.value != value:
                field.value = value
        if frame is not None:
            self._draw_course(frame, at)
        self._draw_reach()

    def _built(self) -> pmui.Row:
        self.said, self.sees, self.complaint = Words(), Words(), Words(ERROR)
        shape = self.studies.session.pictures().shape[:2]
        self.fields = [
            pmui.IntInput(label=name, value=0, start=0, size="small", margin=(6, 6, 0, 0), width=108)
            for name in _AXES[: len(shape)] or _AXES
        ]
        for name, field in zip(_AXES, self.fields, strict=False):
            field.param.watch(lambda event, name=name: self._type(name, event.new), "value")
        self.leave = pmui.Button(label="Close", icon="close", variant="text", size="small", margin=(4, 0))
        self.leave.on_click(lambda event: self.studies.choose(None))
        self.plot = new_figure("iteration k", "value of the pixel")
        self.line = empty("k", "value")
        self.plot.line("k", "value", source=self.line, color="#2f86d0", line_width=2)
        self.plot.scatter("k", "value", source=self.line, color="#2f86d0", size=5)
        self.truth = empty("y")
        self.plot.hspan(y="y", source=self.truth, line_color="#38a169", line_dash="dashed", line_width=2)
        self.here = Here(self.plot)
        self.spread = Panel("Point spread", DIVERGING, "the row of A*A at the pixel: what a point there becomes")
        self.seen = Panel("Seen by", DIVERGING, "A e: the data that a point at the pixel makes")
        for panel in (self.spread, self.seen):
            panel.element.styles = _SMALL
        words = pmui.Column(
            pmui.Row(*self.fields, margin=0), self.complaint.element, self.said.element, self.sees.element, self.leave,
            width=225, margin=(0, 6, 0, 4), styles={"flex": "none"},
        )  # fmt: skip
        parts = words, pane(self.plot), self.spread.element, self.seen.element
        return pmui.Row(*parts, sizing_mode="stretch_width", height=_HEIGHT, margin=0)

    def _type(self, name: str, value: int | None) -> None:
        if value is not None:
            self.studies.set(name, value)

    def _draw_course(self, frame: Frame, at: tuple[int, ...]) -> None:
        course = self.studies.course(frame)
        fill(self.line, {"k": list(course.ks), "value": list(course.values)})
        fill(self.truth, {"y": [] if course.truth is None else [course.truth]})
        self.here.show(frame.at)
        self.said.say(told(course, frame.pictured))

    def _draw_reach(self) -> None:
        found = self.studies.reach.result
        if found is None:
            self.sees.say(self.studies.trouble() or "what the operator makes of it comes")
            return
        for panel, image in ((self.spread, found.spread), (self.seen, found.seen)):
            panel.fit(image.shape, stretch=panel is self.seen and image.ndim > 1)
            panel.show(image, balanced(image))
        self.sees.say(f"{found.count} of {found.of} data see it")


def told(course: PixelCourse, k: int) -> str:
    """The value at iteration k, its error where the truth is known, and where the draws lie."""
    value = next((v for at, v in zip(course.ks, course.values, strict=True) if at == k), None)
    if value is None:
        return "no iterate yet"
    lines = [f"k = {k}: value {value:.4g}"]
    if course.truth is not None:
        lines.append(f"truth {course.truth:.4g}, error {value - course.truth:+.3g}")
    if course.interval is not None:
        low, high = course.interval
        lines.append(f"90 % of the {course.draws} draws kept of the later half: {low:.3g} to {high:.3g}")
    return "\n".join(lines)
