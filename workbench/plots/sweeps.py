"""A grid of runs as plots: a curve over one parameter, a map over two, one of them for each value of the others."""

from typing import TYPE_CHECKING, Any

import holoviews as hv
import numpy as np

from workbench.figures.colours import COLOURS
from workbench.figures.value_axis import as_short_text, is_geometric, is_numeric
from workbench.plots.style import dimensions, styled
from workbench.refusal import Refusal, one_of

if TYPE_CHECKING:
    import xarray as xr

_SEED, _STATUS = "seed", "status"


def sweep(dataset: "xr.Dataset", quantity: str = "") -> Any:
    """A quantity over the parameters of a grid, the mean over seeds with its standard deviation.

    A curve for one parameter, a map for two, a HoloMap with a slider for each further one; points over each parameter
    of a design. Without `quantity` it is psnr, or the first variable that lies over the parameters alone.
    """
    known = quantities(dataset)
    if not known:
        raise Refusal(
            "a grid of runs", "a Dataset without a variable over coordinates alone", "give what a sweep wrote"
        )
    name = one_of("a quantity", quantity, known) if quantity else "psnr" if "psnr" in known else known[0]
    column = dataset[name]
    dims = [str(dim) for dim in column.dims if dim != _SEED]
    if not dims:
        raise Refusal("a grid with a parameter", f"{name} over seeds alone", "sweep one parameter at least")
    spread = _finite(column).std(_SEED, ddof=1) if column.sizes.get(_SEED, 1) > 1 else None
    mean = mean_over_seeds(column)
    if len(dims) == 1 and dims[0] not in dataset.coords:
        # In an order of their own: a Zarr store lists them in another one each time.
        return _points(mean, sorted(str(n) for n, c in dataset.coords.items() if c.dims == (dims[0],)))
    pair, over = dims[:2], dims[2:]
    if len(pair) == 1:
        return _curve(mean, spread, pair[0])
    if not over:
        return _map(mean, pair)
    stacked = mean.stack(place=over)
    frames = {place: _map(stacked.isel(place=i), pair) for i, place in enumerate(stacked.place.values)}
    return hv.HoloMap(frames, kdims=dimensions(*(dataset[dim] for dim in dims))[2:])


def quantities(dataset: "xr.Dataset") -> list[str]:
    """The numbers that lie over the parameters alone: over dimensions with coordinates, and over seeds."""
    over = {str(dim) for coordinate in dataset.coords.values() for dim in coordinate.dims}
    over |= {_SEED} & set(map(str, dataset.dims))
    numbers = [str(name) for name, column in dataset.data_vars.items() if column.dtype.kind in "fiu" and column.dims]
    return [name for name in numbers if set(dataset[name].dims) <= over and name != _STATUS]


def mean_over_seeds(column: "xr.DataArray") -> "xr.DataArray":
    """The mean over the seeds that have a finite value, NaN where none has."""
    return _finite(column).mean(_SEED, keep_attrs=True) if _SEED in column.dims else column


def _finite(column: "xr.DataArray") -> "xr.DataArray":
    return column.where(np.isfinite(column))


def _points(mean: "xr.DataArray", names: list[str]) -> Any:
    """The samples of a design, over one parameter after the other."""
    drawn = []
    for name in names:
        places = mean[name].values
        across = places if is_numeric(places) else _words(places)
        points = hv.Scatter((across, mean.values), *dimensions(mean[name], mean))
        drawn.append(styled(points, color=COLOURS[0], logx=is_geometric(places)))
    return drawn[0] if len(drawn) == 1 else hv.Layout(drawn).cols(3)


def _curve(mean: "xr.DataArray", spread: "xr.DataArray | None", dim: str) -> Any:
    across, up = dimensions(mean[dim], mean)
    places = mean[dim].values
    log = is_geometric(places)
    line = styled(hv.Curve((places, mean.values), across, up), color=COLOURS[0], logx=log)
    dots = styled(hv.Scatter((places, mean.values), across, up), color=COLOURS[0], logx=log)
    if spread is None:
        return styled(line * dots)
    error = hv.Dimension("deviation", label=f"deviation of {up.label}", unit=up.unit)
    band = styled(hv.Spread((places, mean.values, spread.values), across, [up, error]), color=COLOURS[0], alpha=0.2)
    return styled(band * line * dots)


def _map(mean: "xr.DataArray", dims: list[str]) -> Any:
    """A tile for each pair of values."""
    rows, columns = dims
    values = mean.transpose(rows, columns).values
    *keys, value = dimensions(mean[columns], mean[rows], mean)
    tiles = hv.HeatMap((_words(mean[columns].values), _words(mean[rows].values), values), keys, value)
    return styled(tiles, cmap="viridis", colorbar=True)


def _words(places: np.ndarray) -> list[str]:
    """Values as the ticks of tiles, which are of one size however far apart the values are."""
    return [as_short_text(place) for place in places]
