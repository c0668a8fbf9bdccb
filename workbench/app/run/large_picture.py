"""One picture for a room, chosen from a menu that is its title."""

import panel_material_ui as pmui

from workbench.app.toolkit import lit
from workbench.app.toolkit.panels import DIVERGING, GREY, SPREAD, Panel
from workbench.live.frames import Frame, ProblemPictures
from workbench.live.images import Array, Limits, alike, balanced, extent, unit
from workbench.live.studies.intervals import LOOKS, WIDTH, IntervalStudy

SMALL_SCREEN = "@media (max-width: 640px)"
TRUTH, DATA, IMAGE, ERROR = NAMES = ("Truth", "Data", "Reconstruction", "Error")
_SIZE = f"""
:host {{ flex: 0 0 min(38vh, 32vw); max-width: min(38vh, 32vw); }}
{SMALL_SCREEN} {{ :host {{ flex-basis: 100%; max-width: calc(100% - 16px); }} }}
"""
_LIT = {DATA: lit.DATA, IMAGE: lit.IMAGE}  # what the formula lights up
_NAMELESS = "label { opacity: 0; }"  # what it is called stands in its place
_TITLE = {
    "& .MuiInputBase-input": {"fontSize": "max(23px, 3vh)", "py": "2px", "fontWeight": 600},
    "& .MuiInputBase-root": {"height": "calc(max(23px, 3vh) + 12px)"},
    "& fieldset, & legend": {"display": "none"},
}


class LargePicture:
    """The truth, the data, the reconstruction or its error; `menu` says which."""

    def __init__(self, name: str, intervals: IntervalStudy) -> None:
        self.panel, self._intervals = Panel(name), intervals
        self.menu = pmui.Select(
            label="picture", options=list(NAMES), value=name, size="small", sx=_TITLE, margin=0,
            sizing_mode="stretch_width", stylesheets=[_NAMELESS],
        )  # fmt: skip
        self.menu.param.watch(lambda event: self._turn(), "value")
        self.element = pmui.Column(self.menu, self.panel.pane, margin=(0, 8, 0, 0), stylesheets=[_SIZE])
        self.element.css_classes = [_LIT.get(name, "")]
        self._pictures: ProblemPictures | None = None
        self._frame: Frame | None = None
        self._error: Limits | None = None

    def show_pictures(self, pictures: ProblemPictures) -> None:
        """Another truth, or other data."""
        self._pictures, self._frame, self._error = pictures, None, None
        self._offer()
        self._draw()

    def _offer(self) -> None:
        """What there is: intervals once they were found, in the tab Pictures."""
        known = self._pictures is not None and self._pictures.truth is not None
        names = [name for name in NAMES if known or name in (DATA, IMAGE)]
        names += LOOKS if self._intervals.drawn(WIDTH) is not None else ()
        kept = self.menu.value if self.menu.value in names else IMAGE
        if self.menu.options != names:
            self.menu.param.update(options=names, value=kept)

    def show_frame(self, frame: Frame, words: bool = True) -> None:
        """The newest frame; without `words` nothing but Bokeh's models changes."""
        self._frame = frame
        if words:
            self._offer()
        if self.menu.value not in (TRUTH, DATA):
            self._draw(words)

    def _turn(self) -> None:
        self.element.css_classes = [_LIT.get(self.menu.value, "")]
        self._draw()

    def _draw(self, words: bool = True) -> None:
        found = self._seen()
        if found is None:
            return
        values, limits, colours = found
        if words:
            self.panel.recolour(colours)
            self.panel.turn_to(values.ndim)
            shape = () if self._pictures is None else self._pictures.shape
            self.panel.fit(values.shape, stretch=not alike(shape, values.shape))
        self.panel.move(values, limits, self._frame is None or self._frame.status != "running")

    def _seen(self) -> tuple[Array, Limits, tuple[str, ...]] | None:
        """The values, the limits of their colours, and these."""
        pictures, frame, name = self._pictures, self._frame, self.menu.value
        if pictures is None:
            return None
        if name == DATA:
            return pictures.data, unit(pictures.data), GREY
        if name == TRUTH and pictures.truth is not None:
            return pictures.truth, unit(pictures.truth), GREY
        if name in LOOKS and (drawn := self._intervals.drawn(name)) is not None:
            return *drawn, SPREAD if name == WIDTH else GREY
        if frame is None or frame.image is None:
            return None
        if name == ERROR and frame.error is not None:
            error = frame.error.mean(axis=2) if frame.error.ndim == 3 else frame.error
            self._error = self._error or balanced(error)
            return error, self._error, DIVERGING
        return frame.image, extent(frame.image) if pictures.truth is None else unit(pictures.truth), GREY
