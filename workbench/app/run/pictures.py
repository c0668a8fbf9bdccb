"""Truth, data, reconstruction and error side by side, with limits that stay until a person fits them."""

from collections.abc import Callable

import panel_material_ui as pmui

from workbench.app.hands.hands import Hands
from workbench.app.run.interval_row import IntervalRow
from workbench.app.run.pixel_row import PixelRow
from workbench.app.run.plane_menu import PlaneMenu
from workbench.app.run.three_planes import ThreePlanes
from workbench.app.standing.narrow import pictures_abreast
from workbench.app.toolkit.lit import DATA, IMAGE
from workbench.app.toolkit.panels import DIVERGING, Panel
from workbench.app.toolkit.tab import View
from workbench.figures.crossing import Crossing
from workbench.live.cut import Cut
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
        self.pixel, self.plane = PixelRow(session), PlaneMenu(session, self._unfold)
        named = {"truth": self.truth, "data": self.data, "reconstruction": self.image, "error": self.error}
        self.hands = Hands(session, named, self._window, self._redraw, opened)
        self.profile = self.hands.profile
        self.tools = (self.hands.bar.mode,)
        for name, panel in named.items():
            panel.on_pick(lambda x, y, name=name: self._clicked(name, x, y))
        self.row = pictures_abreast(*(p.element for p in self.panels))
        self.unfolded = pmui.Column(sizing_mode="stretch_width", margin=0)
        self.intervals = IntervalRow(session, self._turn)
        self.intervals.name(self.image)
        above = self.plane.element, self.hands.bar.element
        below = self.intervals.place, self.pixel.place, self.profile.place
        parts = *above, self.row, self.unfolded, *below
        self.element = pmui.Column(*parts, sizing_mode="stretch_width", margin=0)
        self.three: ThreePlanes | None = None  # made when they are first asked for
        self._pictures: ProblemPictures | None = None
        self._frame: Frame | None = None
        self._limits: dict[str, Limits] = {}
        self._turned = False

    def show_pictures(self, pictures: ProblemPictures) -> None:
        """Another truth or other data: limits begin anew."""
        before, self._pictures, self._frame = self._pictures, pictures, None
        self.pixel.remain(pictures.shape)
        truth, data, shape = pictures.truth, pictures.data, pictures.shape
        self.plane.follow(pictures.volume)
        self._stand(pictures.volume)
        self._limits = {} if truth is None else {"image": unit(truth)}
        self._limits["data"] = unit(data)
        if before is None or (before.shape, before.data.shape) != (shape, data.shape):
            self.hands.windows.forget()
            self.profile.choose(None)
            self._frame_all()
        for panel in (self.truth, self.error):
            panel.element.visible = truth is not None
        if truth is not None:
            self.truth.show(truth, self._window("image"))
            self.truth.describe(_size(shape))
        self.data.show(data, self._window("data"))
        self.data.title = pictures.data_label.capitalize() if pictures.data_label == "data" else pictures.data_label
        self.data.describe(_size(data.shape) + ("" if alike(shape, data.shape) else ", stretched"))
        self.data.name_axes(pictures.axes)
        for panel in (self.image, self.error):
            panel.turn_to(len(shape))
        if shape == data.shape:  # else the file's units are those of the data or of the picture alone
            for panel in self.panels:
                panel.name_values(self.session.loaded.units)

    def _stand(self, sides: tuple[int, ...]) -> None:
        """The three planes of a volume with these sides, or the row of pictures."""
        unfolded = bool(sides) and self.plane.three.value
        self.row.visible = not unfolded
        if self.three is not None:
            self.three.element.visible = unfolded
            if unfolded:
                self.three.begin((sides[0], sides[1], sides[2]))

    def _unfold(self) -> None:
        """Three planes through a point of the plane in sight, or again that across the axis there was."""
        assert self._pictures is not None
        sides, cut = self._pictures.volume, self.session.cut
        if self.plane.three.value:
            start = Crossing.middle((sides[0], sides[1], sides[2])).along(cut.axis, cut.at(sides))
            if self.three is None:
                self.three = ThreePlanes(start, self.intervals)
                self.unfolded[:] = [self.three.element]
            self.three.point = start
            self.three.follow()
            self.plane.offer(*self.three.tools)
        elif self.three is not None:
            self.session.cut_at(Cut(cut.axis, self.three.point.places[cut.axis]))
            self.plane.offer()
        self._stand(sides)
        if self._frame is not None:
            self.show_frame(self._frame)

    def move(self, frame: Frame) -> None:
        """The iterate and its error while the page is still being built: no words."""
        if frame.image is not None:
            self.image.move(frame.image, self._of_image(frame.image), whole=False)
        if frame.error is not None:
            error = _grey(frame.error)
            self.error.move(error, self._of_error(error), whole=False)

    def _of_image(self, image: Array) -> Limits:
        """The limits of the reconstruction: those a person has set or fitted, those of the truth, or its own."""
        return self.hands.windows.of("image", self._limits.get("image") or extent(image))

    def _of_error(self, error: Array) -> Limits:
        return self.hands.windows.of("error", self._limits.setdefault("error", balanced(error)))

    def _window(self, name: str) -> Limits:
        """The limits in force of the truth and the reconstruction ("image"), of the data, or of the error."""
        image = self._frame.image if self._frame is not None else None
        usual = extent(image) if name == "image" and image is not None else (-1.0, 1.0)
        return self.hands.windows.of(name, self._limits.get(name, usual))

    def _clicked(self, name: str, x: float, y: float) -> None:
        if not self.hands.moving:
            self.hands.clicked(name, x, y)
        elif name != "data":
            self.profile.choose(None)
            self.pixel.picked(x, y)

    def refresh(self) -> None:
        self.hands.bar.refresh()

    def _redraw(self, fitted: bool = False) -> None:
        """The same pictures in other colours, or `fitted` to the values that are there, and whole."""
        if fitted and self.three is not None and self.three.element.visible:
            self.three.fit()
            return
        if fitted and self._pictures is not None and self._frame is not None and self._frame.image is not None:
            self._limits = {"image": extent(self._frame.image), "data": unit(self._pictures.data)}
            self.hands.windows.forget()
            self._frame_all()
        if self._pictures is None:
            return
        if self._pictures.truth is not None:
            self.truth.show(self._pictures.truth, self._window("image"))
        self.data.show(self._pictures.data, self._window("data"))
        if self._frame is not None:
            self.show_frame(self._frame)

    def show_frame(self, frame: Frame) -> None:
        """The iterate and its error."""
        self._frame = frame
        self.pixel.draw(frame)
        if self.three is not None and self.three.element.visible:
            self.three.show_frame(frame)
            return
        self.profile.draw(self._pictures, frame)
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
            self.error.show(error, self._of_error(error), whole)
            self.error.describe("x − truth" + (", mean of colours" if frame.error.ndim == 3 else ""))

    def beat(self, frame: Frame | None = None) -> bool:
        """Draw the pixel, the profile and the interval in sight; in their place are the curves while there is none."""
        new = self.intervals.tick() or self._turned
        fresh, other = self.pixel.tick() or new, self.profile.tick()
        if other:
            self._cross(frame)
        if new:
            self._turned = False
            self.intervals.draw()
            if self._frame is not None:
                self.show_frame(self._frame)
        if fresh or other:
            self.whole = self.pixel.open or self.intervals.open or self.profile.line is not None
            for panel in (self.truth, self.image, self.error):
                panel.mark(self.pixel.studies.place)
            self.pixel.draw(frame)
        return fresh or other

    def _cross(self, frame: Frame | None) -> None:
        """The line of the profile across the pictures, in the place of a pixel."""
        if self.profile.line is not None and self.pixel.open:
            self.pixel.toggle()
        line = self.profile.line or ()
        for panel in (self.truth, self.image, self.error):
            panel.cross(line if line and len(line[0]) == 2 else ())
        self.profile.draw(self._pictures, frame)

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


def _grey(error: Array) -> Array:
    return error.mean(axis=2) if error.ndim == 3 else error


def _size(shape: tuple[int, ...]) -> str:
    return " × ".join(map(str, shape[:2])) + (" colour" if len(shape) == 3 else "")
