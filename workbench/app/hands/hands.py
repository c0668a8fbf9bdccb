"""Hands on the pictures: each gesture told to the session, to the windows of the colours, or to the profile."""

from collections.abc import Callable, Mapping
from typing import Any

from bokeh.palettes import Greys256, Inferno256, Viridis256

from workbench.app.hands.hand_bar import COLOURS, LOSE, MOVE, PAINT, PALETTES, PROFILE, HandBar
from workbench.app.hands.profile_row import ProfileRow
from workbench.app.toolkit.panels import Panel
from workbench.live.hands.gestures import Pen, Point, thinned_way, windowed
from workbench.live.hands.windows import ColourWindows
from workbench.live.images import Limits
from workbench.live.session import Session
from workbench.refusal import Refusal

_PALETTES: dict[str, tuple[str, ...]] = dict(
    zip(PALETTES, (tuple(Greys256), tuple(Greys256[::-1]), tuple(Viridis256), tuple(Inferno256)), strict=True)
)
_WINDOW_OF = {"truth": "image", "reconstruction": "image", "data": "data", "error": "error"}


class Hands:
    """`bar` and `profile` to lay out, the `windows` that were set; `redraw` draws anew, or fitted to what is shown.

    `panels` by name: truth, data, reconstruction, error. `limits` tells the colours in force of what has a window,
    `opened` hears that the experiment has become another one.
    """

    def __init__(
        self,
        session: Session,
        panels: Mapping[str, Panel],
        limits: Callable[[str], Limits],
        redraw: Callable[[bool], None],
        opened: Callable[[], None],
    ) -> None:
        self._session, self._panels, self._limits = session, panels, limits
        self._redraw, self._opened = redraw, opened
        self.windows, self.profile = ColourWindows(), ProfileRow(session)
        self.bar = HandBar(session, self)
        for name, panel in panels.items():
            panel.on_drag(
                lambda xs, ys, name=name: self.dragged(name, xs, ys),
                lambda name=name: self.window(_WINDOW_OF[name], None),
            )

    @property
    def moving(self) -> bool:
        """Whether a drag moves the pictures, and a click asks for a pixel."""
        return self.bar.mode.value == MOVE

    def dragged(self, name: str, xs: list[float], ys: list[float]) -> None:
        """A hand has let go on a picture, after this way in its coordinates."""
        mode = self.bar.mode.value
        if not xs or mode == MOVE:
            return
        if mode == COLOURS:
            window = _WINDOW_OF[name]
            self.window(window, windowed(self._limits(window), xs[0], ys[0]))
        elif mode == PROFILE:
            way = self._places(name, xs, ys)
            self.profile.choose((way[0], way[-1]))
        else:
            self._stroke(name, self._places(name, xs, ys))

    def clicked(self, name: str, x: float, y: float) -> None:
        """A click paints one dab of a round brush, and loses one such of the data."""
        wanted = {PAINT: "truth", LOSE: "data"}.get(str(self.bar.mode.value))
        if name == wanted and self.bar.chosen.round:
            self._stroke(name, self._places(name, [x], [y]))

    def fit(self) -> None:
        """Limits from the reconstruction as it is now, and all of the pictures in sight."""
        self._redraw(True)
        self.show_window()

    def show_window(self) -> None:
        """The typed limits follow those in force."""
        if self.bar.mode.value == COLOURS:
            self.bar.show_window(self._limits(str(self.bar.of.value)))

    def _stroke(self, name: str, way: tuple[Point, ...]) -> None:
        sides = self._sides(name)
        way = tuple(self._in_volume(point, sides) for point in thinned_way(way))
        radius, value = (self.bar.number(field) for field in (self.bar.radius, self.bar.value))
        if radius is None or value is None:
            return
        try:
            region = self.bar.chosen.make(way, Pen(radius, str(self.bar.text.value)), sides)
        except Refusal as sentence:
            self.bar.tell(str(sentence))
            return
        paints = name == "truth"
        sentence = self._session.paint(region, value) if paints else self._session.lose(region)
        self.bar.tell(sentence)
        if not sentence:
            self._opened()

    def undo(self) -> None:
        """Take back what was painted or lost last."""
        self.bar.tell(self._session.undo())
        self._opened()

    def _sides(self, name: str) -> tuple[int, ...]:
        problem = self._session.problem
        operator = problem.given_operator
        return operator.out_shape[1:] if name == "data" else operator.in_shape[1:]

    def _in_volume(self, point: Point, sides: tuple[int, ...]) -> Point:
        cut: Any = self._session.cut
        return tuple(map(float, cut.in_volume(point, sides)))

    def _places(self, name: str, xs: list[float], ys: list[float]) -> tuple[Point, ...]:
        """Row and column from 0 of places in the figure, in which a pixel reaches from its number to the next."""
        pictures = self._session.pictures()
        axes = (pictures.data if name == "data" else pictures).shape[:2]
        if len(axes) == 1:
            return tuple((round(x, 1),) for x in xs)
        return tuple((round(y - 0.5, 1), round(x - 0.5, 1)) for x, y in zip(xs, ys, strict=True))

    def window(self, name: str, limits: Limits | None) -> None:
        """Other limits for the colours of the image, the data or the error; None for the usual ones."""
        if limits is None:
            self.windows.forget(name)
        else:
            self.windows.put(name, limits)
        self._redraw(False)
        self.show_window()

    def recolour(self) -> None:
        """Other colours for all but the error."""
        palette = _PALETTES[str(self.bar.palette.value)]
        for name in ("truth", "data", "reconstruction"):
            self._panels[name].recolour(palette)
        self._redraw(False)

    def turn(self) -> None:
        """Another mode, or another shape: drags draw what it says."""
        for name, panel in self._panels.items():
            panel.hand(self.bar.drawn(name))
        self.show_window()
