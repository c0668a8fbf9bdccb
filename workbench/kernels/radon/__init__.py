"""Parallel-beam projection by linear interpolation (Joseph 1982, 10.1109/TMI.1982.4307572) and its exact transpose.

Pixels and detector bins have size 1. The image is centred, x to the right, y up: pixel (i, j) of H x W lies at
x = j - (W - 1) / 2, y = (H - 1) / 2 - i; bin d of D at s = d - (D - 1) / 2 - offset. A ray is x cos(a) + y sin(a) = s,
so the angle 0 sums each column, as in skimage.transform.radon (whose axis falls on bin D // 2). With
m = max(|cos a|, |sin a|) a bin weighs a pixel by max(0, m - |x cos(a) + y sin(a) - s|) / m^2: line integrals in units
of pixels.
"""

from typing import TYPE_CHECKING, NamedTuple, Protocol

import torch
from torch import Tensor

from workbench.kernels.dispatch import holds, implementation
from workbench.kernels.linear import linear
from workbench.refusal import Refusal
from workbench.tensors import shown


class RadonProjector(Protocol):
    """What every back end has: pyright holds them to it."""

    def project(self, x: Tensor, angles: Tensor, detectors: int, offset: float, /) -> Tensor: ...

    def backproject(self, y: Tensor, angles: Tensor, shape: tuple[int, int], offset: float, /) -> Tensor: ...

    def interpolate(self, y: Tensor, angles: Tensor, shape: tuple[int, int], offset: float, /) -> Tensor: ...


def project(x: Tensor, angles: Tensor, detectors: int, offset: float = 0.0) -> Tensor:
    """Line integrals of real images (B, H, W) at angles (A,), in radians, onto so many bins: -> (B, A, D).

    The axis of rotation falls `offset` bins behind the middle of the detector.
    """
    _require(x, angles)
    if detectors < 1:
        raise Refusal("at least one detector bin", str(detectors), "ask for one or more")
    maps = RadonMaps(_double(angles), detectors, (x.shape[1], x.shape[2]), offset)
    return linear(x, maps.project, maps.backproject)


def backproject(y: Tensor, angles: Tensor, shape: tuple[int, int], offset: float = 0.0) -> Tensor:
    """The transpose of `project`, weight for weight: (B, A, D), angles (A,), (H, W) -> (B, H, W)."""
    _require(y, angles)
    if len(angles) != y.shape[1]:
        raise Refusal(f"{len(angles)} angles in the sinogram", str(y.shape[1]), "pass the angles it was measured at")
    if min(shape) < 1:
        raise Refusal("an image with pixels", shown(shape), "ask for a height and a width of one or more")
    maps = RadonMaps(_double(angles), y.shape[2], shape, offset)
    return linear(y, maps.backproject, maps.project)


def interpolate(y: Tensor, angles: Tensor, shape: tuple[int, int], offset: float = 0.0) -> Tensor:
    """The sum over all views of y between its two bins nearest to a pixel, linearly: (B, A, D) -> (B, H, W).

    It is what filtered backprojection takes: it keeps what is constant along the bins, as the transpose does not.
    """
    _require(y, angles)
    return _serving(y).interpolate(y, _double(angles), shape, offset)


class RadonMaps(NamedTuple):
    """The projector of one geometry and its transpose."""

    angles: Tensor
    bins: int
    shape: tuple[int, int]
    offset: float

    def project(self, x: Tensor) -> Tensor:
        return _serving(x).project(x, self.angles, self.bins, self.offset)

    def backproject(self, y: Tensor) -> Tensor:
        return _serving(y).backproject(y, self.angles, self.shape, self.offset)


def _serving(x: Tensor, *others: Tensor) -> RadonProjector:
    return implementation(__name__, x, *others)


def _double(angles: Tensor) -> Tensor:
    return angles.detach().to(torch.float64)


def _require(x: Tensor, angles: Tensor) -> None:
    if x.ndim != 3 or x.numel() == 0 or not x.is_floating_point():
        came = f"{shown(tuple(x.shape))} of {x.dtype}"
        raise Refusal("a batch of real images or sinograms", came, "pass (B, H, W) or (B, A, D), none of them 0")
    if angles.ndim != 1 or angles.numel() == 0 or not holds(torch.isfinite(angles)):
        raise Refusal("finite angles (A,) in radians", shown(tuple(angles.shape)), "pass one or more")


if TYPE_CHECKING:
    from workbench.kernels.radon import numba, reference, triton

    _backends: tuple[RadonProjector, ...] = (reference, numba, triton)
