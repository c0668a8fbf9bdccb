"""What all plots share: both backends, the look of the house, files, and signals as elements."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import holoviews as hv
import holoviews.plotting.bokeh
import holoviews.plotting.mpl
import numpy as np

from workbench.figures.colours import COLOURS
from workbench.refusal import Refusal, one_of

if TYPE_CHECKING:
    import xarray as xr

BACKENDS = ("matplotlib", "bokeh")
FILES = (".pdf", ".svg", ".png")


def _shaped(plot: Any, element: Any) -> None:
    """The frame as wide as `aspect` says over its height, as the other backend has it.

    HoloViews 1.23 takes a number for the ratio of the units instead, which widens an axis beyond its values; for a
    square it takes the ends of a logarithmic axis, and not their logarithms.
    """
    ratio = 1.0 if plot.aspect == "square" else plot.aspect
    if isinstance(ratio, int | float):
        plot.handles["axis"].set_aspect("auto")
        plot.handles["axis"].set_box_aspect(1 / ratio)


_SIZES: dict[str, dict[str, Any]] = {
    "matplotlib": {"fig_inches": 3.2, "fontsize": 9, "aspect": "square", "hooks": [_shaped]},
    "bokeh": {"frame_width": 260, "frame_height": 260},
}
Limits = tuple[float, float]


def use(backend: str) -> None:
    """Draw what follows in cells with "matplotlib", as pictures, or "bokeh", which can be zoomed.

    The scripts that plots with sliders, taps and zoom need are laid into the notebook, 6 MB of them, so that nothing is
    asked from the network. Pictures need none: they are drawn without this.
    """
    hv.extension(one_of("a backend", backend, BACKENDS), inline=True, logo=False)


def require_moving(what: str) -> None:
    """Refusal for a plot that moves where matplotlib draws, the back end of cells until `use` chooses another."""
    if hv.Store.current_backend != "bokeh":
        came = f"pictures of {hv.Store.current_backend}, which stand still"
        raise Refusal(f"{what}, in a browser", came, 'call plots.use("bokeh") first')


def styled(element: Any, *, sized: bool = True, **options: Any) -> Any:
    """The element with options that both backends have, and with the sizes of each; it draws in a cell."""
    if "IPython" in sys.modules and hasattr(sys.modules["IPython"].get_ipython(), "kernel") and not _ready():
        _use_pictures()
    for backend in BACKENDS:
        sizes = _SIZES[backend] if sized else {}
        element = element.opts(**sizes | options, backend=backend)
    return element


def _use_pictures() -> None:
    """Let a cell show elements as pictures of matplotlib: what HoloViews would lay into it first is for other plots."""
    from IPython.utils.capture import capture_output

    with capture_output():
        hv.extension("matplotlib", logo=False)


def _ready() -> bool:
    return bool(hv.extension._loaded)


def save(element: Any, path: str | Path) -> Path:
    """Write a plot as .pdf, .svg or .png, drawn by matplotlib: the figure of a paper needs no browser.

    What has sliders is laid out: one picture for each of their places.
    """
    path = Path(path)
    if path.suffix not in FILES:
        raise Refusal(f"a file that ends in {', '.join(FILES)}", repr(path.name), "name it so")
    laid: Any = element.layout if isinstance(element, hv.HoloMap) else None
    whole = element if laid is None else laid().cols(4)
    figure = hv.render(whole, backend="matplotlib")
    figure.savefig(path, dpi=200, bbox_inches="tight")
    return path


def signal(values: np.ndarray, axes: tuple[str, ...], value: hv.Dimension, **look: Any) -> Any:
    """A signal (H, W), (H, W, 3) or (N,) over its pixels; its first row is on top, as on the page.

    `axes` are the names of its rows and columns; `look` holds title, cmap and clim.
    """
    title, limits = look["title"], look["clim"]
    if values.ndim == 1:
        along = hv.Dimension(axes[-1], label="sample")
        drawn = hv.Curve((np.arange(len(values)), values), along, value)
        return styled(drawn, title=title, color=COLOURS[0])
    rows, columns = values.shape[:2]
    place = {
        "bounds": (-0.5, -0.5, columns - 0.5, rows - 0.5),
        "kdims": [hv.Dimension(axes[-1], label="column"), hv.Dimension(axes[-2], label="row")],
    }
    if values.ndim == 3:
        low, high = limits
        shown = np.clip((values - low) / max(high - low, 1e-12), 0, 1)
        return styled(hv.RGB(shown[::-1], **place), title=title, invert_yaxis=True, aspect="equal")
    made = hv.Image(values[::-1], vdims=[value], **place)
    return styled(made, invert_yaxis=True, aspect="equal", colorbar=True, **look)


def dimension(name: str, attributes: dict[str, Any]) -> hv.Dimension:
    """A dimension with the label and the unit that an xarray variable has."""
    return hv.Dimension(name, label=str(attributes.get("long_name", name)), unit=attributes.get("units") or None)


def dimensions(*columns: "xr.DataArray") -> list[hv.Dimension]:
    """The same of several variables of one plot, with labels of their own.

    Of two dimensions with one label HoloViews 1.23 draws the numbers of the first for both, without a word.
    """
    found = [dimension(str(column.name), column.attrs) for column in columns]
    labels = [each.label for each in found]
    return [
        each if labels.count(each.label) == 1 else each.clone(label=f"{each.label} ({each.name})") for each in found
    ]
