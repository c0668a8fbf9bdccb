"""The settings of a sweep as lines across parallel axes, one axis a parameter."""

from typing import TYPE_CHECKING, Any

import holoviews as hv
import numpy as np

from workbench.figures.value_axis import column_of, ends, heights
from workbench.plots.style import dimension, styled
from workbench.plots.sweeps import mean_over_seeds, quantities
from workbench.refusal import Refusal, one_of
from workbench.sweeps import higher_is_better

if TYPE_CHECKING:
    import xarray as xr

_SEED, _EDGE = "seed", 0.7
_PLACE, _HEIGHT = hv.Dimension("place", label="parameter"), hv.Dimension("height", label="value, least to largest")


def parallel(dataset: "xr.Dataset", quantity: str = "psnr") -> Any:
    """A line a setting across one axis a parameter, coloured by a quantity, its mean over seeds; the best is on top.

    Grids and designs alike. Numbers stand where they are between the least and the largest, on a logarithmic axis where
    they are far apart; names stand one above the other.

    Inselberg 1985, doi 10.1007/BF01898350.
    """
    column = dataset[one_of("a quantity", quantity, quantities(dataset))]
    mean = mean_over_seeds(column)
    there = [str(n) for n, c in dataset.coords.items() if n != _SEED and c.dims and set(c.dims) <= set(mean.dims)]
    names = sorted(there, key=lambda name: (mean.dims.index(dataset[name].dims[0]), name))
    values = mean.values.ravel()
    if not names or not np.isfinite(values).any():
        came = "none" if not names else "no finished cell"
        raise Refusal("a sweep with parameters and finished cells", came, "give what a sweep wrote")
    columns = [column_of(np.broadcast_to(_across(dataset[name], mean), mean.shape).ravel()) for name in names]
    tall = np.stack([heights(column) for column in columns])
    value = dimension(quantity, mean.attrs)
    order = [int(i) for i in np.argsort(values if higher_is_better(quantity) else -values) if np.isfinite(values[i])]
    lines = [
        {_PLACE.name: np.arange(len(names)), _HEIGHT.name: tall[:, i], value.name: values[i]}
        | {f"{name} ": str(column[i]) for name, column in zip(names, columns, strict=True)}
        for i in order
    ]
    drawn = hv.Contours(lines, [_PLACE, _HEIGHT], [value, *(f"{name} " for name in names)])
    ticks = list(enumerate(names))
    looks = {"color": value.name, "cmap": "viridis", "colorbar": True, "xticks": ticks, "yaxis": None, "xlabel": ""}
    looks |= {"xlim": (-_EDGE, len(names) - 1 + _EDGE), "ylim": (-0.12, 1.12), "title": value.pprint_label}
    both = styled(styled(drawn, sized=False, **looks) * _ends(columns), sized=False)
    return _as_wide_as(len(names), both)


def _as_wide_as(count: int, element: Any) -> Any:
    """So wide that the names of the parameters find room beside each other."""
    drawn = element.opts(fig_inches=(1.4 * count + 1, 3.2), fontsize=9, aspect=None, backend="matplotlib")
    return drawn.opts(frame_width=max(260, 110 * count), frame_height=260, backend="bokeh")


def _across(coordinate: "xr.DataArray", over: "xr.DataArray") -> np.ndarray:
    """The values of a parameter, with axes of length 1 where the quantity has others."""
    shape = [over.sizes[d] if d in coordinate.dims else 1 for d in over.dims]
    return coordinate.values.reshape(shape)


def _ends(columns: list[np.ndarray]) -> Any:
    """The values at both ends of every axis; of names, each."""
    rows = [
        (place, height + (0.05 if height >= 1 else -0.05), text)
        for place, column in enumerate(columns)
        for height, text in ends(column)
    ]
    written = styled(hv.Labels(rows, [_PLACE, _HEIGHT], hv.Dimension("value ")), sized=False)
    return written.opts(color="black", size=8, backend="matplotlib").opts(text_font_size="8pt", backend="bokeh")
