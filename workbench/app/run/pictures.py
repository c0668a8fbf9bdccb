"""Truth, data, reconstruction and error side by side, with limits that stay until a person fits them."""

from collections.abc import Callable

import panel_material_ui as pmui

from workbench.app.run.interval_row import IntervalRow
from workbench.app.run.pixel_row import PixelRow
from workbench.app.run.plane_menu import PlaneMenu
from workbench.app.toolkit.lit import DATA, IMAGE
from workbench.app.toolkit.panels import DIVERGING, Panel
from workbench.app.toolkit.tab import View
from workbench.live.frames import Frame, ProblemPictures
from workbench.live.images import Array, Limits, alike, balanced, extent, unit
from workbench.live.session import Session


class Gallery(View):
    """The four pictures."""

    title = "Pictures"

    def __init__(self, session: Session, opened: Callable[[], None]) -> None:
        super().__init__(session, opened)
        self.truth = Panel("Truth", meaning="the signal the data were made from")
        self.data = Panel("Data", meaning="what was measured")
        self.image = Panel("Reconstruction", meaning="the iterate x")
        self.error = Panel("Error", DIVERGING, "reconstruction minus truth: blue below, red above")
        for panel in (self.image, self.error):
            panel.share(self.truth)
        self.data.element.css_classes, self.image.element.css_classes = [DATA], [IMAGE]
        self.panels = (self.truth, self.data, self.image, self.error)
        self.fit = pmui.Button(
            label="Fit colours",
            icon="fit_screen",
            variant="text",
            size="small",
            margin=0,
        )
        self.fit.on_click(lambda event: self._fit())
        self.intervals = IntervalRow(session, self._turn)
        self.intervals.name(self.image)
        self.tools = (self.fit,)
        self.pixel, self.plane = PixelRow(session), PlaneMenu(session)
        for panel in (self.truth, self.image, self.error):
            panel.on_pick(self.pixel.picked)
        row = pmui.Row(*(p.element for p in self.panels), sizing_mode="stretch_width", margin=0)
        below = self.intervals.place, self.pixel.place
        self.element = pmui.Column(self.plane.element, row, *below, sizing_mode="stretch_width", margin=0)
        self._pictures: ProblemPictures | None = None
        self._frame: Frame | None = None
        self._limits: dict[str, Limits] = {}
        self._turned = False

    def show_pictures(self, pictures: ProblemPictures) -> None:
        """Another truth or other data: limits begin anew."""
        self._pictures, self._frame = pictures, None
        self.pixel.remain(pictures.shape)
        truth, data, shape = pictures.truth, pictures.data, pictures.shape
        self.plane.follow(pictures.volume)
        self._limits = {} if truth is None else {"image": unit(truth)}
        self._frame_all()
        for panel in (self.truth, self.error):
            panel.element.visible = truth is not None
        if truth is not None:
            self.truth.show(truth, self._limits["image"])
            self.truth.describe(_size(shape))
        self.data.show(data, unit(data))
        self.data.title = pictures.data_label.capitalize() if pictures.data_label == "data" else pictures.data_label
        self.data.describe(_size(data.shape) + ("" if alike(shape, data.shape) else ", stretched"))
        for panel in (self.image, self.error):
            panel.turn_to(len(shape))

    def move(self, frame: Frame) -> None:
        """The iterate and its error while the page is still being built: no words."""
        if frame.image is not None:
            self.image.move(frame.image, self._of_image(frame.image), whole=False)
        if frame.error is not None:
            error = _grey(frame.error)
            self.error.move(error, self._limits.setdefault("error", balanced(error)), whole=False)

    def _of_image(self, image: Array) -> Limits:
        """The limits of the reconstruction: those of the truth, or its own until a person fits them."""
        return self._limits.get("image") or extent(image)

    def show_frame(self, frame: Frame) -> None:
        """The iterate and its error."""
        self._frame = frame
        self.pixel.draw(frame)
        if frame.image is None:
            return
        whole = frame.status != "running" or frame.at is not None
        if not self.intervals.put_into(self.image, whole):
            self.image.show(frame.image, self._of_image(frame.image), whole)
            quality = frame.at_k("psnr")
            not_yet = "none yet; reconstruction, " * self.intervals.open
            told = f"k = {frame.pictured}" + (f" · {quality:.2f} dB" if quality is not None else "")
            self.image.describe(not_yet + told)
        if frame.error is not None:
            error = _grey(frame.error)
            self.error.show(error, self._limits.setdefault("error", balanced(error)), whole)
            self.error.describe("x − truth" + (", mean of colours" if frame.error.ndim == 3 else ""))

    def beat(self, frame: Frame | None = None) -> bool:
        """Draw the pixel that is looked at, and the interval; in their place are the curves while there is neither."""
        new = self.intervals.tick() or self._turned
        fresh = self.pixel.tick() or new
        if new:
            self._turned = False
            self.intervals.draw()
            if self._frame is not None:
                self.show_frame(self._frame)
        if fresh:
            self.whole = self.pixel.open or self.intervals.open
            for panel in (self.truth, self.image, self.error):
                panel.mark(self.pixel.studies.place)
            self.pixel.draw(frame)
        return fresh

    def show(self, seen: bool) -> None:
        self.pixel.studies.show(seen)
        self.intervals.studies.show(seen)

    def close(self) -> None:
        self.pixel.studies.cancel()
        self.intervals.studies.cancel()

    def _turn(self) -> None:
        """The next beat draws what the switch now asks for."""
        self._turned = True

    def _frame_all(self) -> None:
        assert self._pictures is not None
        shape, data = self._pictures.shape, self._pictures.data
        for panel in (self.truth, self.image, self.error):
            panel.fit(shape)
        self.data.fit(data.shape, stretch=not alike(shape, data.shape))

    def _fit(self) -> None:
        if self._pictures is None or self._frame is None or self._frame.image is None:
            return
        self._limits = {"image": extent(self._frame.image)}
        self._frame_all()
        if self._pictures.truth is not None:
            self.truth.show(self._pictures.truth, self._limits["image"])
        self.show_frame(self._frame)


def _grey(error: Array) -> Array:
    return error.mean(axis=2) if error.ndim == 3 else error


def _size(shape: tuple[int, ...]) -> str:
    return " × ".join(map(str, shape[:2])) + (" colour" if len(shape) == 3 else "")
