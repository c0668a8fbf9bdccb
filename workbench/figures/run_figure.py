"""A saved run as one figure: truth, data, reconstruction, error, and the curves. Matplotlib is imported late."""

import io
import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import torch

from workbench.parameters import rebuild
from workbench.refusal import Refusal

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.axes import Axes

Format = Literal["png", "pdf", "svg"]
_QUALITY = ("psnr", "residual", "misfit")  # the first that was recorded
_USUAL = ("prior", "ssim", *_QUALITY)  # what else was recorded has a plot of its own
_INK, _ACCENT = "#1f4e79", "#c0504d"


def png(dataset: "xr.Dataset") -> bytes:
    """The figure of a run as the bytes of a PNG file."""
    return render(dataset, "png")


def render(dataset: "xr.Dataset", kind: str = "png") -> bytes:
    """The figure of a run, as `Experiment.run` returns and `storage.load` reads it, in a `Format`."""
    try:
        from matplotlib.figure import Figure
    except ModuleNotFoundError as error:
        remedy = 'pip install "inverse-workbench[app]"'
        raise Refusal("the package matplotlib for a figure", "an installation without it", remedy) from error
    signals = _signals(dataset)
    figure = Figure(figsize=(3.1 * len(signals), 6.2), layout="constrained")  # no pyplot: no state, any thread
    above, below = figure.subfigures(2, 1, squeeze=False, height_ratios=(1.15, 1))[:, 0]
    for axes, panel in zip(np.atleast_1d(above.subplots(1, len(signals))), signals, strict=True):
        _draw(axes, *panel)
    _curves(below, dataset)
    if stopped := dataset.attrs.get("stopped"):
        figure.supxlabel(stopped, fontsize=8, color=_ACCENT, wrap=True)
    stream = io.BytesIO()
    figure.savefig(stream, format=kind, dpi=110)
    return stream.getvalue()


def row(signals: Sequence[tuple[str, np.ndarray]], comparable: bool = False) -> bytes:
    """Signals (B, C, *space) with their names, the first of each batch, beside each other in a small PNG file.

    `comparable`: all in the greys of the first.
    """
    from matplotlib.figure import Figure

    low, high = _spread(picture_of(signals[0][1])) if comparable else (None, None)
    figure = Figure(figsize=(1.5 * len(signals), 1.6), layout="constrained")
    for axes, (name, batch) in zip(np.atleast_1d(figure.subplots(1, len(signals))), signals, strict=True):
        values = picture_of(batch)
        axes.set_title(name, fontsize=8)
        axes.set_axis_off()
        if values.ndim == 1:
            axes.plot(values, color=_INK, linewidth=0.8)
        else:
            axes.imshow(values, cmap="gray", vmin=low, vmax=high, aspect="auto", interpolation="nearest")
    stream = io.BytesIO()
    figure.savefig(stream, format="png", dpi=80)
    return stream.getvalue()


Limits = tuple[float, float]
Panel = tuple[str, np.ndarray, Limits, str]


def _signals(dataset: "xr.Dataset") -> list[Panel]:
    """Truth, data, reconstruction and error of the first of the batch, with colour limits that say what they mean."""
    x, y = picture_of(dataset["x"].values), picture_of(dataset["y"].values)
    if "truth" not in dataset:
        return [("data", y, _data_limits(y, x), "gray"), ("reconstruction", x, _spread(x), "gray")]
    truth = picture_of(dataset["truth"].values)
    limits = (min(0.0, float(truth.min())), max(1.0, float(truth.max())))
    error = picture_of(_aligned(dataset)) - truth
    most = float(np.abs(error).max()) or 1.0
    title = (
        f"reconstruction  {float(dataset['psnr'].values[-1].item()):.2f} dB" if "psnr" in dataset else "reconstruction"
    )
    return [
        ("truth", truth, limits, "gray"),
        ("data", y, limits if y.shape == truth.shape else _spread(y), "gray"),
        (title, x, limits, "gray"),
        ("error", error.mean(-1) if error.ndim == 3 else error, (-most, most), "RdBu_r"),
    ]


def _aligned(dataset: "xr.Dataset") -> np.ndarray:
    """x up to what the data cannot tell, as the operator knows it: what the error is taken of."""
    x, truth = dataset["x"].values, dataset["truth"].values
    try:
        operator = rebuild(json.loads(dataset.attrs["spec"])["operator"])
    except (Refusal, KeyError):  # a run that cannot be rebuilt has its picture all the same
        return x
    return operator.aligned(torch.from_numpy(x), torch.from_numpy(truth)).numpy()


def _data_limits(y: np.ndarray, x: np.ndarray) -> Limits:
    return _spread(x) if y.shape == x.shape else _spread(y)


def _spread(values: np.ndarray) -> Limits:
    low, high = float(values.min()), float(values.max())
    return (low, high) if high > low else (low, low + 1)


def picture_of(batch: np.ndarray) -> np.ndarray:
    """(B, C, *space) to (*space) or (rows, columns, 3): complex signals by modulus, volumes by the middle plane."""
    signal = np.abs(batch[0]) if np.iscomplexobj(batch) else batch[0]
    if signal.ndim == 4:
        signal = signal[:, signal.shape[1] // 2]
    if signal.ndim == 3 and len(signal) == 3:
        return np.moveaxis(signal, 0, -1)
    return signal[0] if len(signal) == 1 else np.sqrt((signal**2).sum(0))


def _draw(axes: "Axes", title: str, values: np.ndarray, limits: Limits, colours: str) -> None:
    axes.set_title(title, fontsize=10)
    if values.ndim == 1:
        axes.plot(values, color=_INK, linewidth=1)
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
    more = [name for name in recorded if name not in known and len(np.unique(_curve(dataset[name])[1])) > 1]
    left, right, *others = np.atleast_1d(place.subplots(1, 2 + len(more)))
    for one, name in ((left, first), (right, second), *zip(others, more, strict=True)):
        if name is None:
            one.set_visible(False)
            continue
        k, values = _curve(dataset[name])
        log = name == "objective" and bool((values > 0).all())
        one.plot(k, values, color=_INK)
        one.set(xlabel="iteration", ylabel=_label(dataset[name]), yscale="log" if log else "linear")
    right.yaxis.label.set_color(_INK)
    if "ssim" in dataset:
        twin = right.twinx()
        twin.plot(*_curve(dataset["ssim"]), color=_ACCENT, linestyle="--")
        twin.set_ylabel("SSIM", color=_ACCENT)
    for one in (left, right, *others):
        one.grid(alpha=0.3)
        one.margins(x=0)


def _curve(column: "xr.DataArray") -> tuple[np.ndarray, np.ndarray]:
    """Iterations and values of the first of the batch: what costs more than a step is recorded now and then."""
    values = column.values[:, 0]
    seen = np.isfinite(values)
    return column["k"].values[seen], values[seen]


def _label(column: "xr.DataArray") -> str:
    """What the probe said of its column, and its units."""
    words, units = str(column.attrs.get("long_name", column.name)), column.attrs.get("units", "")
    return f"{words}, {units}" if units else words
