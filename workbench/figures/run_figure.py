"""A saved run as one figure: truth, data, reconstruction, error, and the curves. Matplotlib is imported late."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from workbench.figures.canvas import ACCENT, INK, file_of, new_figure
from workbench.figures.shown import ShownSignal, curve, label, picture_of, signals, spread

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.axes import Axes

Format = Literal["png", "pdf", "svg"]
_QUALITY = ("psnr", "residual", "misfit")  # the first that was recorded
_USUAL = ("prior", "ssim", *_QUALITY)  # what else was recorded has a plot of its own


def png(dataset: "xr.Dataset") -> bytes:
    """The figure of a run as the bytes of a PNG file."""
    return render(dataset, "png")


def render(dataset: "xr.Dataset", kind: str = "png") -> bytes:
    """The figure of a run, as `Experiment.run` returns and `storage.load` reads it, in a `Format`."""
    panels = signals(dataset)
    figure = new_figure(3.1 * len(panels), 6.2)
    above, below = figure.subfigures(2, 1, squeeze=False, height_ratios=(1.15, 1))[:, 0]
    for axes, panel in zip(np.atleast_1d(above.subplots(1, len(panels))), panels, strict=True):
        _draw(axes, panel)
    _curves(below, dataset)
    if stopped := dataset.attrs.get("stopped"):
        figure.supxlabel(stopped, fontsize=8, color=ACCENT, wrap=True)
    return file_of(figure, kind)


def row(signals: Sequence[tuple[str, np.ndarray]], comparable: bool = False) -> bytes:
    """Signals (B, C, *space) with their names, the first of each batch, beside each other in a small PNG file.

    `comparable`: all in the greys of the first.
    """
    low, high = spread(picture_of(signals[0][1])) if comparable else (None, None)
    figure = new_figure(1.5 * len(signals), 1.6)
    for axes, (name, batch) in zip(np.atleast_1d(figure.subplots(1, len(signals))), signals, strict=True):
        values = picture_of(batch)
        axes.set_title(name, fontsize=8)
        axes.set_axis_off()
        if values.ndim == 1:
            axes.plot(values, color=INK, linewidth=0.8)
        else:
            axes.imshow(values, cmap="gray", vmin=low, vmax=high, aspect="auto", interpolation="nearest")
    return file_of(figure, "png", 80)


def _draw(axes: "Axes", panel: ShownSignal) -> None:
    _, title, values, limits, colours = panel
    axes.set_title(title, fontsize=10)
    if values.ndim == 1:
        axes.plot(values, color=INK, linewidth=1)
        axes.margins(x=0)
        return
    colour = values.ndim == 3
    shown = np.clip((values - limits[0]) / (limits[1] - limits[0]), 0, 1) if colour else values
    image = axes.imshow(shown, cmap=colours, vmin=limits[0], vmax=limits[1], interpolation="nearest")
    axes.set_axis_off()
    if not colour:
        axes.figure.colorbar(image, ax=axes, orientation="horizontal", shrink=0.8, pad=0.03).ax.tick_params(labelsize=7)


def _curves(place: Any, dataset: "xr.Dataset") -> None:
    """The objective, the quality or, without a truth, how far the data are explained, and what else was recorded."""
    recorded = [str(name) for name in dataset.data_vars if dataset[name].dims == ("k", "batch")]
    first = "objective" if "objective" in recorded else next(iter(recorded), None)
    second = next((name for name in (*_QUALITY, *recorded) if name in recorded and name != first), None)
    known = (*_USUAL, first, second)
    more = [name for name in recorded if name not in known and len(np.unique(curve(dataset[name])[1])) > 1]
    left, right, *others = np.atleast_1d(place.subplots(1, 2 + len(more)))
    for one, name in ((left, first), (right, second), *zip(others, more, strict=True)):
        if name is None:
            one.set_visible(False)
            continue
        k, values = curve(dataset[name])
        log = name == "objective" and bool((values > 0).all())
        one.plot(k, values, color=INK)
        one.set(xlabel="iteration", ylabel=label(dataset[name]), yscale="log" if log else "linear")
    right.yaxis.label.set_color(INK)
    if "ssim" in dataset:
        twin = right.twinx()
        twin.plot(*curve(dataset["ssim"]), color=ACCENT, linestyle="--")
        twin.set_ylabel("SSIM", color=ACCENT)
    for one in (left, right, *others):
        one.grid(alpha=0.3)
        one.margins(x=0)
