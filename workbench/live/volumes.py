"""The volumes of a run, of which planes are drawn."""

from dataclasses import dataclass

import numpy as np
from torch import Tensor

from workbench.live.cut import Cut
from workbench.live.images import Array, Limits, balanced, extent, unit

IMAGE, ERROR, TRUTH, DATA = "Reconstruction", "Error", "Truth", "Data"


@dataclass(frozen=True, eq=False)
class Volumes:
    """What stands beside each other in a run, (1, C, D, H, W) each: the iterate, what of it the error is taken of, the
    truth and the data, where they are and lie on the same grid."""

    image: Tensor
    aligned: Tensor
    truth: Tensor | None = None
    data: Tensor | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """What can be looked at."""
        known = {TRUTH: self.truth, DATA: self.data}
        there = tuple(name for name, volume in known.items() if volume is not None)
        return (IMAGE, *((ERROR,) if self.truth is not None else ()), *there)

    def plane(self, name: str, cut: Cut) -> Array:
        """One plane of what has that name."""
        if name == ERROR and self.truth is not None:
            return plane_of(self.aligned, cut) - plane_of(self.truth, cut)
        found = {IMAGE: self.image, TRUTH: self.truth, DATA: self.data}[name]
        return plane_of(self.image if found is None else found, cut)

    def limits(self, name: str, planes: tuple[Array, ...]) -> Limits:
        """What colours mean for all planes alike: of the truth for it and the iterate, else of these planes."""
        if name == ERROR:
            return balanced(in_a_row(planes))
        if name in (IMAGE, TRUTH) and self.truth is not None:
            shown = self.truth.abs() if self.truth.is_complex() else self.truth
            return unit(np.array([float(shown.min()), float(shown.max())]))
        return extent(in_a_row(planes))


def in_a_row(planes: tuple[Array, ...]) -> Array:
    """All their values."""
    return np.concatenate([plane.ravel() for plane in planes])


def plane_of(volume: Tensor, cut: Cut) -> Array:
    """The plane of the first channel of a volume, a modulus if complex: (rows, columns)."""
    plane = cut.of(volume[0].detach())[0]
    return (plane.abs() if plane.is_complex() else plane).float().cpu().numpy()
