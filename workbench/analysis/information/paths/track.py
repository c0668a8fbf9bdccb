"""A path in the plane as host arrays, whichever way it was found."""

from dataclasses import dataclass

import numpy as np

Array = np.ndarray


@dataclass(frozen=True)
class Track:
    """A path in the plane as host arrays, an entry a reading; in bits but for the error."""

    name: str
    k: Array
    i_y: Array
    i_x: Array
    memorised: Array
    error: Array
    label: Array
    gap: float | None = None
    caveat: str = ""

    @property
    def best(self) -> int:
        """The entry of the least mean square error."""
        return int(self.error.argmin())

    @property
    def sentence(self) -> str:
        least = f"{self.name}: least mean square error {self.error[self.best]:.4g} at k = {self.k[self.best]:.0f}"
        gap = "" if self.gap is None else f", where it is {self.gap:.3g} bits below the bottleneck curve"
        return f"{least}{gap}. {self.caveat}".strip()
