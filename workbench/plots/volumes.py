"""A volume as the three planes that meet in a point."""

from typing import TYPE_CHECKING, Any

import holoviews as hv
import numpy as np
from holoviews.streams import Tap

from workbench.figures.colours import HERE
from workbench.figures.crossing import Crossing
from workbench.figures.shown import spread
from workbench.plots.style import Limits, signal, styled
from workbench.refusal import Refusal, one_of

if TYPE_CHECKING:
    import xarray as xr

_SPACE = 3


def volume(
    result: "xr.Dataset", variable: str = "x", at: tuple[int, int, int] | None = None, limits: Limits | None = None
) -> hv.Layout:
    """The planes of a volume of a run through the point `at`, by default the middle, with a cross-hair, in one window.

    `variable` is "x", "truth" or "y": the first signal and channel of it, a modulus if complex. After
    `plots.use("bokeh")` a slider for each axis moves a plane, and a tap in one moves the other two; titles say where
    to.
    """
    values, axes = _volume(result, variable)
    point = Crossing.middle(values.shape) if at is None else _inside(at, values.shape)
    planes = _Planes(
        values, axes, limits or spread(values), hv.Dimension("value", label=variable, unit=_unit(result, variable))
    )
    still = [planes.drawn(across, point) for across in range(_SPACE)]  # which chooses the back end of a cell
    layout = hv.Layout(still if hv.Store.current_backend != "bokeh" else _moving(planes, point)).cols(_SPACE)
    return styled(layout, sized=False, shared_axes=False, title="").opts(sublabel_format="", backend="matplotlib")


class _Planes:
    """The values of a volume, the names of its axes, the window of colours and what the values are."""

    def __init__(self, values: np.ndarray, axes: tuple[str, ...], limits: Limits, value: hv.Dimension) -> None:
        self.values, self.axes, self.limits, self.value = values, axes, limits, value

    def drawn(self, across: int, point: Crossing) -> Any:
        """The plane across an axis with the lines through the point."""
        plane = np.take(self.values, point.places[across], across)
        names = tuple(self.axes[axis] for axis in Crossing.others(across))
        title = f"{self.axes[across]} = {point.places[across]}"
        row, column = point.in_plane(across)
        picture = signal(plane, names, self.value, title=title, cmap="gray", clim=self.limits)
        lines = [styled(line, sized=False, color=HERE) for line in (hv.HLine(row), hv.VLine(column))]
        return styled(hv.Overlay([picture, *lines]), title=title, xlabel=names[1], ylabel=names[0], aspect="equal")


class _Aim:
    """The point that sliders and taps, each of which knows but its own last place, have led to."""

    def __init__(self, point: Crossing) -> None:
        self.point, self._sliders, self._taps = point, point.places, [(None, None)] * _SPACE

    def led(self, sliders: tuple[int, int, int], taps: list[tuple[float | None, float | None]]) -> Crossing:
        """The point after what has changed since it was last asked."""
        for axis, (before, now) in enumerate(zip(self._sliders, sliders, strict=True)):
            if before != now:
                self.point = self.point.along(axis, now)
        for across, (before, now) in enumerate(zip(self._taps, taps, strict=True)):
            column, row = now
            if before != now and column is not None and row is not None:
                self.point = self.point.at(across, round(row), round(column))
        self._sliders, self._taps = sliders, taps
        return self.point


def _moving(planes: _Planes, point: Crossing) -> list[hv.DynamicMap]:
    aim = _Aim(point)
    sliders = [
        hv.Dimension(f"along {name}", values=list(range(side)), default=place)
        for name, side, place in zip(planes.axes, point.sides, point.places, strict=True)
    ]
    taps = [Tap(x=None, y=None).rename(x=f"x{across}", y=f"y{across}") for across in range(_SPACE)]

    def plane(across: int) -> hv.DynamicMap:
        def drawn(first: int, second: int, third: int, **places: float | None) -> Any:
            tapped = [(places[f"x{k}"], places[f"y{k}"]) for k in range(_SPACE)]
            return planes.drawn(across, aim.led((first, second, third), tapped))

        return hv.DynamicMap(drawn, kdims=sliders, streams=taps)

    maps = [plane(across) for across in range(_SPACE)]
    for tap, moved in zip(taps, maps, strict=True):
        tap.source = moved
    return maps


def _volume(result: "xr.Dataset", variable: str) -> tuple[np.ndarray, tuple[str, ...]]:
    one_of("a signal of the run", variable, [name for name in ("x", "truth", "y") if name in result])
    found = result[variable]
    if found.ndim != 2 + _SPACE:
        shape = " x ".join(map(str, found.shape[2:]))
        raise Refusal("a volume, of three axes in space", f"{variable} of {shape}", "take plots.pictures(result)")
    values = found.values[0, 0]
    return np.abs(values) if np.iscomplexobj(values) else values, tuple(map(str, found.dims[2:]))


def _inside(at: tuple[int, int, int], sides: tuple[int, int, int]) -> Crossing:
    if len(at) != _SPACE or not all(0 <= place < side for place, side in zip(at, sides, strict=False)):
        wanted = f"a place along each axis, below {' and '.join(map(str, sides))}"
        raise Refusal(wanted, str(at), "count from 0")
    return Crossing(sides, (at[0], at[1], at[2]))


def _unit(result: "xr.Dataset", variable: str) -> str | None:
    return result[variable].attrs.get("units") or None
