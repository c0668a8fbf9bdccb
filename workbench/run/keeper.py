"""A run is written while it goes, so rarely that it hardly takes longer."""

import time
import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING

from workbench.refusal import Refusal

if TYPE_CHECKING:
    import xarray as xr

FIRST = 2.0  # seconds before the first write: what ends sooner is soon done again
SHARE = 0.015  # of the time that a run takes, at most, for all writes but the one at its end


class Keeper:
    """Writes what a run has so far, now and then: `write` gets the Dataset of the run as if it had been interrupted.

    A write that took t seconds is followed by t / SHARE seconds without one. One that is refused, as by a full disk,
    is said, and the run goes on: what was written before stays as it is.
    """

    def __init__(self, write: Callable[["xr.Dataset"], None], clock: Callable[[], float] = time.perf_counter) -> None:
        self._write, self._clock = write, clock
        self._next = clock() + FIRST

    @property
    def due(self) -> bool:
        """Whether it is time for a write."""
        return self._clock() >= self._next

    def keep(self, dataset: Callable[[], "xr.Dataset"]) -> None:
        """Write, and wait."""
        begin = self._clock()
        try:
            self._write(dataset())
        except Refusal as refusal:
            warnings.warn(f"{refusal}; the run goes on", stacklevel=2)
        end = self._clock()
        self._next = end + (end - begin) / SHARE
