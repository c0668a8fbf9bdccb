"""Truth and reconstruction in one picture, divided where a person wants it, and both along one row."""

from collections.abc import Callable

import numpy as np
import panel as pn
import panel_material_ui as pmui
from bokeh.models import ColumnDataSource, Span
from bokeh.plotting import figure

from workbench.app.toolkit.panels import Panel
from workbench.app.toolkit.tab import View
from workbench.live.frames import Frame, ProblemPictures
from workbench.live.images import Array, unit
from workbench.live.session import Session


class Compare(View):
    """Left of the divider the truth, right of it the reconstruction; beside it both along the chosen row."""

    title, late = "Compare", "the comparison"

    def __init__(self, session: Session, opened: Callable[[], None]) -> None:
        super().__init__(session, opened)
        self.panel = Panel("Truth | Reconstruction")
        self.panel.element.styles = {"max-width": "calc(25% - 8px)"}
        percent = {"value": 50, "start": 0, "end": 100, "size": "small", "margin": (4, 20)}
        self.divider, self.row = (
            pmui.IntSlider(label=label, sizing_mode="stretch_width", **percent) for label in ("divider, %", "row, %")
        )
        for slider in (self.divider, self.row):
            slider.param.watch(lambda event: self._draw(), "value")
        self._lines = ColumnDataSource({"at": [], "truth": [], "image": []})
        self._mark = Span(location=0, dimension="width", line_color="#ff9800", line_width=1)
        self._split = Span(location=0, dimension="height", line_color="#ff9800", line_width=2)
        self.panel.image.add_layout(self._mark)
        self.panel.image.add_layout(self._split)
        self.profile = pn.pane.Bokeh(self._profile(), sizing_mode="scale_width", aspect_ratio=2.8, margin=0)
        right = pmui.Column(
            pmui.Row(self.divider, self.row, sizing_mode="stretch_width", margin=0),
            self.profile,
            sizing_mode="stretch_width",
            margin=0,
        )
        self.element = pmui.Row(self.panel.element, right, sizing_mode="stretch_width", margin=0)
        self._pictures: ProblemPictures | None = None
        self._image: Array | None = None

    def show_pictures(self, pictures: ProblemPictures) -> None:
        self._pictures, self._image = pictures, None
        self.panel.fit(pictures.shape)
        self.row.visible = len(pictures.shape) > 1
        self.panel.title = "Reconstruction" if pictures.truth is None else "Truth | Reconstruction"
        self.divider.visible = pictures.truth is not None
        self._draw()

    def show_frame(self, frame: Frame) -> None:
        self._image = frame.image
        self._draw()

    def _draw(self) -> None:
        if self._pictures is None:
            return
        image = self._image if self._image is not None else self._pictures.truth
        if image is None:
            return
        truth = self._pictures.truth if self._pictures.truth is not None else image
        axis = min(truth.ndim, 2) - 1
        cut = round(self.divider.value / 100 * truth.shape[axis])
        both = np.concatenate([truth[:cut], image[cut:]]) if axis == 0 else _beside(truth, image, cut)
        self.panel.show(both, unit(truth))
        at = min(int(self.row.value / 100 * truth.shape[0]), truth.shape[0] - 1)
        self._split.update(location=cut)
        self._mark.update(location=at + 0.5)
        one, other = (_along(array, at) for array in (truth, image))
        one = one if self._pictures.truth is not None else np.full_like(other, np.nan)  # no line of what is not known
        self._lines.data = {"at": np.arange(len(one)), "truth": one, "image": other}

    def _profile(self) -> figure:
        plot = figure(
            tools="",
            toolbar_location=None,
            sizing_mode="scale_width",
            aspect_ratio=2.8,
            min_border_left=56,
            min_border_bottom=48,
        )
        plot.xaxis.axis_label, plot.yaxis.axis_label = "position along the row, px", "value"
        plot.line("at", "truth", source=self._lines, color="#8a8a8a", line_width=2, legend_label="truth")
        plot.line("at", "image", source=self._lines, color="#e6692e", line_width=1.5, legend_label="reconstruction")
        plot.legend.orientation = "horizontal"
        plot.add_layout(plot.legend[0], "above")
        plot.legend.background_fill_alpha, plot.legend.border_line_alpha = 0.6, 0
        plot.background_fill_alpha = plot.border_fill_alpha = 0
        plot.outline_line_color = None
        return plot


def _beside(truth: Array, image: Array, cut: int) -> Array:
    return np.concatenate([truth[:, :cut], image[:, cut:]], axis=1)


def _along(array: Array, row: int) -> Array:
    """One row of an image, the mean of its colours; all of a 1-D signal."""
    if array.ndim == 1:
        return array
    return array[row].mean(axis=1) if array.ndim == 3 else array[row]
