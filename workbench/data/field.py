"""What every format offers: named arrays known by their headers, and what reading a slice of one brings."""

import importlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from workbench.refusal import Refusal

Index = tuple[int | slice, ...]
Limits = tuple[float, float]
CHANNEL = "c"
ASIDE, DATA, MAIN = 0, 1, 2


@dataclass(frozen=True)
class Reading:
    """The decoded values of a slice, and what has to be known about them.

    `gaps` are the values that the file calls missing, by `marker`; `top` is the largest number of a stored type that
    is narrower than the dtype; `suggested` is the window that the file suggests, in the units of the values.
    """

    values: np.ndarray
    notes: tuple[str, ...] = ()
    gaps: np.ndarray | None = None
    marker: str = ""
    top: float | None = None
    suggested: Limits | None = None

    def each(self, change: Callable[[np.ndarray], np.ndarray]) -> "Reading":
        """The same change of the arrangement for values and gaps."""
        return replace(self, values=change(self.values), gaps=None if self.gaps is None else change(self.gaps))


@dataclass(frozen=True)
class StoredArray:
    """One array of a file, known by its header: nothing is decoded until `read(index)`.

    `axes` are names, "c" for the one of channels; without them the sizes tell. `decodes` is how many values reading
    any part costs. `rank`: MAIN where the format says that this is the data, ASIDE for coordinates and the like.
    `units` are those of the values as they are read.
    """

    shape: tuple[int, ...]
    dtype: np.dtype
    read: Callable[[Index], Reading]
    decodes: int = 0
    axes: tuple[str, ...] = ()
    rank: int = DATA
    units: str = ""


Fields = dict[str, StoredArray]
_CHANNELS = ("channel", "channels", "band", "bands", "colour", "color", "rgb", "rgba")
_NAMELESS = ("dim_", "phony_dim_")  # what xarray and h5netcdf call an axis without a name


def named_axes(names: tuple[str, ...]) -> tuple[str, ...]:
    """Names of dimensions as the axes of an array: channels become "c"; none where one has no name of its own."""
    lower = [str(name).lower() for name in names]
    if not all(lower) or any(name.startswith(_NAMELESS) for name in lower):
        return ()
    # As in truth_channel, which a saved run has.
    return tuple(CHANNEL if name.rpartition("_")[2] in _CHANNELS else name for name in lower)


def need(module: str, extra: str = "data") -> Any:
    """A module of an optional package, which the extra brings; Refusal where it is not installed."""
    try:
        return importlib.import_module(module)
    except ImportError as error:
        package, remedy = module.partition(".")[0], f'pip install "inverse-workbench[{extra}]"'
        raise Refusal(f"the package {package}", "an installation without it", remedy) from error
