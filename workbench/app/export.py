"""A run as files: NetCDF, and a figure drawn by HoloViews with matplotlib, which needs no browser."""

import io
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench import storage
from workbench.app.frames import picture, pictures
from workbench.app.images import Array, balanced, extent, unit
from workbench.app.session import Session

if TYPE_CHECKING:
    import holoviews as hv


def run_bytes(session: Session) -> bytes:
    """The run as a NetCDF file that `storage.load` reads."""
    dataset = session.dataset()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "run.nc"
        storage.save(dataset, path)
        return path.read_bytes()


def figure_bytes(session: Session) -> bytes:
    """Truth, data, reconstruction, error, objective and PSNR as one PNG."""
    import holoviews as hv

    dataset = session.dataset()
    hv.extension("matplotlib")
    shown = pictures(session.problem, 0)
    import torch

    image = picture(torch.from_numpy(np.array(dataset["x"].values)))
    error = image - shown.truth
    elements = [
        _signal(shown.truth, "truth", unit(shown.truth)),
        _signal(shown.data, shown.data_label, extent(shown.data)),
        _signal(image, f"reconstruction, k = {int(dataset.k[-1])}", unit(shown.truth)),
        _signal(error, "error", balanced(error), cmap="RdBu_r"),
    ]
    curves = [(name, unit_) for name, unit_ in (("objective", "nats"), ("psnr", "dB")) if name in dataset]
    elements += [_curve(dataset, name, unit_) for name, unit_ in curves]
    layout = hv.Layout(elements).opts(hv.opts.Layout(fig_inches=3, hspace=0.35, vspace=0.35)).cols(2)
    buffer = io.BytesIO()
    hv.save(layout, buffer, fmt="png", backend="matplotlib", dpi=120)
    return buffer.getvalue()


def _signal(array: Array, title: str, limits: tuple[float, float], cmap: str = "gray") -> "hv.Element":
    import holoviews as hv

    plain: dict[str, Any] = {"title": title, "xaxis": None, "yaxis": None}
    if array.ndim == 1:
        curve = hv.Curve((np.arange(len(array)), array), "sample", f"{title} value")
        return curve.opts(title=title, ylim=limits, backend="matplotlib")
    bounds = (0, 0, array.shape[1], array.shape[0])
    if array.ndim == 3:
        colours = np.clip((array - limits[0]) / (limits[1] - limits[0]), 0, 1)
        return hv.RGB(colours, bounds=bounds).opts(**plain, backend="matplotlib")
    image = hv.Image(array, kdims=[f"{title} column", f"{title} row"], vdims=title, bounds=bounds)
    return image.opts(**plain, cmap=cmap, clim=limits, colorbar=True, aspect="equal", backend="matplotlib")


def _curve(dataset: Any, name: str, unit_: str) -> "hv.Element":
    import holoviews as hv

    values = dataset[name].isel(batch=0).values
    curve = hv.Curve((dataset.k.values, values), "iteration k", hv.Dimension(name, unit=unit_))
    return curve.opts(title=name, aspect=1.4, backend="matplotlib")
