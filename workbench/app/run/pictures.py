"""Truth, data, reconstruction and error side by side, with limits that stay until a person fits them."""

from collections.abc import Callable

import panel_material_ui as pmui

from workbench.app.run.frames import Frame, ProblemPictures
from workbench.app.session import Session
from workbench.app.toolkit.images import Array, Limits, balanced, extent, unit
from workbench.app.toolkit.panels import DIVERGING, Panel
from workbench.app.toolkit.tab import View


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
        self.panels = (self.truth, self.data, self.image, self.error)
        self.fit = pmui.Button(
            label="Fit colours",
            icon="fit_screen",
            variant="text",
            size="small",
            margin=0,
        )
        self.fit.on_click(lambda event: self._fit())
        self.tools = (self.fit,)
        self.element = pmui.Row(*(p.element for p in self.panels), sizing_mode="stretch_width", margin=0)
        self._pictures: ProblemPictures | None = None
        self._frame: Frame | None = None
        self._limits: dict[str, Limits] = {}

    def show_pictures(self, pictures: ProblemPictures) -> None:
        """Another truth or other data: limits begin anew."""
        self._pictures, self._frame = pictures, None
        self._limits = {"image": unit(pictures.truth)}
        truth, data = pictures.truth, pictures.data
        self._frame_all()
        self.truth.show(truth, self._limits["image"])
        self.truth.describe(_size(truth))
        self.data.show(data, unit(data))
        self.data.title = pictures.data_label.capitalize() if pictures.data_label == "data" else pictures.data_label
        self.data.describe(_size(data) + ("" if _alike(truth, data) else ", stretched"))
        for panel in (self.image, self.error):
            panel.turn_to(truth.ndim)

    def move(self, frame: Frame) -> None:
        """The iterate and its error while the page is still being built: no words."""
        if frame.image is not None and frame.error is not None:
            error = _grey(frame.error)
            self.image.move(frame.image, self._limits["image"], whole=False)
            self.error.move(error, self._limits.setdefault("error", balanced(error)), whole=False)

    def show_frame(self, frame: Frame) -> None:
        """The iterate and its error."""
        self._frame = frame
        if frame.image is None or frame.error is None:
            return
        error = _grey(frame.error)
        self._limits.setdefault("error", balanced(error))
        whole = frame.status != "running"
        self.image.show(frame.image, self._limits["image"], whole)
        self.error.show(error, self._limits["error"], whole)
        quality = frame.at_k("psnr")
        self.image.describe(f"k = {frame.k}" + (f" · {quality:.2f} dB" if quality is not None else ""))
        self.error.describe("x − truth" + (", mean of colours" if frame.error.ndim == 3 else ""))

    def _frame_all(self) -> None:
        assert self._pictures is not None
        truth, data = self._pictures.truth, self._pictures.data
        for panel in (self.truth, self.image, self.error):
            panel.fit(truth.shape)
        self.data.fit(data.shape, stretch=not _alike(truth, data))

    def _fit(self) -> None:
        if self._pictures is None or self._frame is None or self._frame.image is None or self._frame.error is None:
            return
        self._limits = {"image": extent(self._frame.image), "error": balanced(_grey(self._frame.error))}
        self._frame_all()
        self.truth.show(self._pictures.truth, self._limits["image"])
        self.show_frame(self._frame)


def _grey(error: Array) -> Array:
    return error.mean(axis=2) if error.ndim == 3 else error


def _size(array: Array) -> str:
    return " × ".join(map(str, array.shape[:2])) + (" colour" if array.ndim == 3 else "")


def _alike(one: Array, other: Array) -> bool:
    """Whether two pictures have nearly the same proportions."""
    if min(one.ndim, other.ndim) < 2:
        return True
    return abs(one.shape[0] * other.shape[1] / (one.shape[1] * other.shape[0]) - 1) < 0.05
