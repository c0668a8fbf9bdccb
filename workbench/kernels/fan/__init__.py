"""Fan-beam projection by linear interpolation, as in `radon`, and its exact transpose.

The same image and weights, but the rays x cos(a + g) + y sin(a + g) = r of a view a leave one point, the source at
distance D from the centre, at (-D sin(a), D cos(a)): bin d of N is where a ray meets the line through the centre that
faces the source, u = d - (N - 1) / 2 - offset, so that tan(g) = u / D and r = D sin(g).
"""

from typing import TYPE_CHECKING, NamedTuple, Protocol

import torch
from torch import Tensor

from workbench.kernels.dispatch import holds, implementation
from workbench.kernels.linear import linear
from workbench.refusal import Refusal
from workbench.tensors import shown


class FanProjector(Protocol):
    """What every back end has: pyright holds them to it."""

    def project(self, x: Tensor, angles: Tensor, distance: float, detectors: int, offset: float, /) -> Tensor: ...

    def backproject(
        self, y: Tensor, angles: Tensor, distance: float, shape: tuple[int, int], offset: float, /
    ) -> Tensor: ...


def project(x: Tensor, angles: Tensor, distance: float, detectors: int, offset: float = 0.0) -> Tensor:
    """Line integrals of real images (B, H, W) at angles (A,), in radians, onto so many bins: -> (B, A, N).

    The ray through the axis of rotation falls `offset` bins behind the middle of the detector.
    """
    _require(x, angles)
    _require_outside(distance, (x.shape[1], x.shape[2]))
    if detectors < 1:
        raise Refusal("at least one detector bin", str(detectors), "ask for one or more")
    maps = FanMaps(angles.detach().to(torch.float64), distance, detectors, (x.shape[1], x.shape[2]), offset)
    return linear(x, maps.project, maps.backproject)


def backproject(y: Tensor, angles: Tensor, distance: float, shape: tuple[int, int], offset: float = 0.0) -> Tensor:
    """The transpose of `project`, weight for weight: (B, A, N), angles (A,), (H, W) -> (B, H, W)."""
    _require(y, angles)
    _require_outside(distance, shape)
    if len(angles) != y.shape[1]:
        raise Refusal(f"{len(angles)} angles in the sinogram", str(y.shape[1]), "pass the angles it was measured at")
    maps = FanMaps(angles.detach().to(torch.float64), distance, y.shape[2], shape, offset)
    return linear(y, maps.backproject, maps.project)


class FanMaps(NamedTuple):
    """The projector of one geometry and its transpose."""

    angles: Tensor
    distance: float
    bins: int
    shape: tuple[int, int]
    offset: float

    def project(self, x: Tensor) -> Tensor:
        return _serving(x).project(x, self.angles, self.distance, self.bins, self.offset)

    def backproject(self, y: Tensor) -> Tensor:
        return _serving(y).backproject(y, self.angles, self.distance, self.shape, self.offset)


def _serving(x: Tensor, *others: Tensor) -> FanProjector:
    return implementation(__name__, x, *others)


def _require(x: Tensor, angles: Tensor) -> None:
    if x.ndim != 3 or x.numel() == 0 or not x.is_floating_point():
        came = f"{shown(tuple(x.shape))} of {x.dtype}"
        raise Refusal("a batch of real images or sinograms", came, "pass (B, H, W) or (B, A, N), none of them 0")
    if angles.ndim != 1 or angles.numel() == 0 or not holds(torch.isfinite(angles)):
        raise Refusal("finite angles (A,) in radians", shown(tuple(angles.shape)), "pass one or more")


def _require_outside(distance: float, shape: tuple[int, int]) -> None:
    if min(shape) < 1:
        raise Refusal("an image with pixels", shown(shape), "ask for a height and a width of one or more")
    radius = (shape[0] ** 2 + shape[1] ** 2) ** 0.5 / 2
    if not distance > radius:
        raise Refusal(f"a source beyond {radius:g} px, outside the image", f"{distance:g} px", "move it away")


if TYPE_CHECKING:
    from workbench.kernels.fan import numba, reference, triton

    _backends: tuple[FanProjector, ...] = (reference, numba, triton)
