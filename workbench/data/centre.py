"""The axis of rotation of a parallel-beam scan, found from its sinogram."""

import math
from dataclasses import dataclass

import numpy as np
from torch import Tensor

from workbench.operators import Operator, Radon, Scan
from workbench.parameters import changed
from workbench.refusal import Refusal
from workbench.tensors import shown

_EMPTY = 0.02  # of the mean of a projection: where it ends below that, the detector sees all of the object
_MARGIN = 8  # the part of the bins at either end that has to be empty, 1 / 8 in all
_GRID, _FINE = 0.5, 50  # bins between the first places that are tried; how many in between those come next
_LEAST = 0.5  # the part of a projection that has to meet its mirror image
_SEES = 3  # views from which a sinusoid and its place are known


@dataclass(frozen=True)
class AxisOfRotation:
    """`offset`, in bins from the middle of the detector to the axis, as operators have it; its standard error; how.

    `error` is NaN where a single pair of views does not tell it.
    """

    offset: float
    error: float
    how: str

    @property
    def reason(self) -> str:
        """The offset, how well it is known, and by what."""
        known = f" +- {self.error:.2g}" if math.isfinite(self.error) else ""
        return f"axis of rotation at offset {self.offset:.4g}{known} bins, {self.how}"


def require(scan: Operator) -> Radon:
    """The scan. Refusal for other than parallel beams."""
    if not isinstance(scan, Radon):
        remedy = "give operator.offset by hand" if isinstance(scan, Scan) else "take Radon"
        raise Refusal("parallel beams to find the axis of rotation", type(scan).__name__, remedy)
    return scan


def centred(scan: Radon, y: Tensor, image_follows: bool) -> tuple[Radon, AxisOfRotation]:
    """The scan with the axis of rotation that its data (batch, 1, angles, bins) show, and how it was found.

    An image that is as wide as the detector follows the axis where it may.
    """
    axis = found(y.mean((0, 1)).numpy(force=True), scan.degrees().numpy())
    offset = float(f"{axis.offset:.4g}")  # a number like any other, and an address stays short
    if scan.in_shape[1:] != 2 * (scan.out_shape[2],) or not image_follows:
        return changed(scan, offset=offset), axis
    follows = changed(scan, offset=offset, shape=(scan.in_shape[0], 1, 1), detectors=None)
    return follows.fitted_to_data(scan.out_shape), axis


def found(sinogram: np.ndarray, degrees: np.ndarray) -> AxisOfRotation:
    """By the centres of mass where the detector sees all of the object, else by opposite views.

    `sinogram` is angles x bins, of attenuation: 0 beside the object. Refusal where neither way goes.
    """
    sinogram = _rows(sinogram, degrees)
    if _sees_all(sinogram) and len(degrees) >= _SEES:
        return of_mass(sinogram, degrees)
    return of_opposites(sinogram, degrees)


def of_mass(sinogram: np.ndarray, degrees: np.ndarray) -> AxisOfRotation:
    """From the centre of mass of each projection, which goes round the axis: c + a cos t + b sin t, by least squares.

    The detector has to see all of the object, and there is nothing beside it. Each view counts as its mass does.
    Azevedo et al. 1990, doi 10.1109/23.55866.
    """
    sinogram = _rows(sinogram, degrees)
    bins = sinogram.shape[1]
    places, mass = np.arange(bins) - (bins - 1) / 2, sinogram.sum(1)
    if len(degrees) < _SEES or mass.min() <= 0:
        came = f"{len(degrees)} views, the least of them with a mass of {mass.min():.3g}"
        raise Refusal(f"{_SEES} views or more of something that attenuates", came, "take minus the logarithm first")
    turned = np.deg2rad(degrees)
    design = np.stack([np.ones_like(turned), np.cos(turned), np.sin(turned)], 1)
    centres = sinogram @ places / mass
    solution, _, rank, _ = np.linalg.lstsq(design, centres, rcond=1e-6)
    if rank < design.shape[1]:
        raise Refusal("views of three directions or more", f"{len(degrees)} that repeat", "give all of the scan")
    left, freedom = centres - design @ solution, len(degrees) - design.shape[1]
    spread = math.sqrt(float(left @ left) / freedom) if freedom else math.nan
    error = spread * math.sqrt(float(np.linalg.inv(design.T @ design)[0, 0]))
    return AxisOfRotation(float(solution[0]), error, f"by the centres of mass of {len(degrees)} views")


def of_opposites(sinogram: np.ndarray, degrees: np.ndarray) -> AxisOfRotation:
    """From views half a turn apart, of which one is the mirror image of the other: where they fit best.

    Views that are no further from half a turn than they are from each other will do; the median of all pairs. The part
    of the object that both see has to be half of the detector or more.
    """
    sinogram = _rows(sinogram, degrees)
    pairs = _pairs(np.asarray(degrees, float))
    if not pairs:
        arc = float(np.ptp(degrees)) if len(degrees) else 0.0
        remedy = "give operator.offset by hand, or scan half a turn"
        raise Refusal("views half a turn apart to find the axis of rotation", f"views over {arc:.4g} degrees", remedy)
    places = np.array([_meeting(sinogram[one], sinogram[other]) for one, other in pairs])
    error = math.nan
    if len(places) > 1:  # of a median, from a robust spread
        spread = float(np.median(np.abs(places - np.median(places)))) / 0.6745
        error = math.hypot(1.2533 * spread / math.sqrt(len(places)), _GRID / _FINE / 2)
    words = "one pair of opposite views" if len(pairs) == 1 else f"{len(pairs)} pairs of opposite views"
    return AxisOfRotation(float(np.median(places)), error, f"by {words}")


def _rows(sinogram: np.ndarray, degrees: np.ndarray) -> np.ndarray:
    values = np.asarray(sinogram)
    fits = values.ndim == 2 and len(values) == len(degrees) and values.size and not np.iscomplexobj(values)
    if not fits:
        came = f"{shown(values.shape)} {values.dtype} and {len(degrees)} angles"
        raise Refusal("a real sinogram, angles x bins, and its angles", came, "take one slice, such as name[:, 3]")
    return values.astype(np.float64)


def _sees_all(sinogram: np.ndarray) -> bool:
    """Whether projections end in nothing at both sides: what is there is little beside their mean."""
    width = max(1, sinogram.shape[1] // (2 * _MARGIN))
    ends = np.abs(np.concatenate([sinogram[:, :width].mean(1), sinogram[:, -width:].mean(1)]))
    return bool(np.median(ends) <= _EMPTY * np.abs(sinogram).mean() and ends.max() <= 5 * _EMPTY * sinogram.mean())


def _pairs(degrees: np.ndarray) -> list[tuple[int, int]]:
    """Views of which one is half a turn from the other, to the usual gap between views."""
    order = np.argsort(degrees)
    gaps = np.diff(degrees[order])
    near = float(np.median(gaps[gaps > 0])) * 1.01 if (gaps > 0).any() else 0.0
    away = np.abs(degrees[None, :] - degrees[:, None] - 180)
    found_at = away.argmin(1)
    best = float(away.min()) if away.size else math.inf
    # Exact pairs where there are some; else those that are a step away.
    most = min(near, best + 1e-6)
    return [(k, int(other)) for k, other in enumerate(found_at) if away[k, other] <= most]


def _meeting(one: np.ndarray, other: np.ndarray) -> float:
    """The offset of the axis at which a view is the mirror image of another, by the mean square where both are."""
    bins = len(one)
    mirrored, most = other[::-1], (1 - _LEAST) * bins / 2

    def misfit(offset: float) -> float:
        # A ray at place d of one view is the ray at 2 offset - d of the other.
        places = np.arange(bins) - 2 * offset
        inside = (places >= 0) & (places <= bins - 1)
        return float(np.square(one[inside] - np.interp(places[inside], np.arange(bins), mirrored)).mean())

    coarse = np.arange(-most, most + _GRID / 2, _GRID)
    near = coarse[int(np.argmin([misfit(o) for o in coarse]))]
    if abs(near) >= most - _GRID:
        remedy = "give operator.offset by hand"
        raise Refusal(f"an axis of rotation within {most:.4g} bins of the detector's middle", "none there", remedy)
    fine = near + np.linspace(-_GRID, _GRID, 2 * _FINE + 1)
    return float(fine[int(np.argmin([misfit(o) for o in fine]))])
