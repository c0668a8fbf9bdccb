"""Sensitivities of the coils of a scanner, from the data that they took."""

import numpy as np

from workbench.refusal import Refusal
from workbench.tensors import shown

_LEAST = 2  # frequencies a side that tell anything of how a map falls off


def of_kspace(kspace: np.ndarray, width: int = 24, size: int = 5, centred: bool = True) -> np.ndarray:
    """From Cartesian k-space (coils, *space), the zero frequency in the middle: of its lowest frequencies.

    Those within `width` of the middle along each axis have to be there, as calibration lines are; a Hann window keeps
    them from ringing. `centred`: the origin of the pictures is the pixel side // 2, as raw data of scanners have it.
    Refusal where frequencies are missing there.
    """
    values = _checked(kspace, "k-space")
    space = values.shape[1:]
    windows = [_window(side, min(width, side)) for side in space]
    whole = windows[0]
    for window in windows[1:]:
        whole = whole[..., None] * window
    inside = np.abs(values[:, whole > 0]).max(0)
    if missing := int((inside == 0).sum()):
        came = f"{missing} of {inside.size} that are 0"
        raise Refusal(f"k-space without gaps within {width} of its middle", came, "give a smaller width")
    axes = tuple(range(1, values.ndim))
    images = np.fft.ifftn(np.fft.ifftshift(values * whole, axes), axes=axes, norm="ortho")
    return of_images(np.fft.fftshift(images, axes) if centred else images, size)


def of_images(images: np.ndarray, size: int = 5) -> np.ndarray:
    """From a picture of each coil, (coils, *space): complex128, with sum_j |c_j|^2 = 1 everywhere.

    At each pixel the vector over the coils that explains the `size` pixels a side around it best, the first eigenvector
    of their covariance; its phase is that at which the coil with most energy is real. Walsh, Gmitro & Marcellin 2000,
    doi 10.1002/(SICI)1522-2594(200005)43:5<682::AID-MRM10>3.0.CO;2-G.
    """
    values = _checked(images, "pictures")
    if size < 1 or size % 2 == 0:
        raise Refusal("an odd number of pixels around each", str(size), "take 5, for example")
    covariance = np.einsum("i...,j...->...ij", values, values.conj())
    for axis in range(values.ndim - 1):
        covariance = _summed(covariance, size, axis)
    vectors = np.linalg.eigh(covariance)[1][..., -1]
    reference = vectors[..., int(np.argmax(np.sum(np.abs(values) ** 2, tuple(range(1, values.ndim)))))]
    turned = vectors * np.exp(-1j * np.angle(reference))[..., None]
    return np.ascontiguousarray(np.moveaxis(turned, -1, 0))


def _checked(values: np.ndarray, what: str) -> np.ndarray:
    wrong = values.ndim < 2 or values.ndim > 4 or not np.iscomplexobj(values) or min(values.shape) < _LEAST
    if wrong:
        came = f"{shown(values.shape)} {values.dtype}"
        raise Refusal(f"complex {what}, coils along the first axis", came, "take one slice or frame of it")
    if not values.any() or not np.isfinite(values).all():
        raise Refusal(f"finite {what}, not all 0", "another", "take another array")
    return values.astype(np.complex128)


def _window(side: int, width: int) -> np.ndarray:
    """Hann's, over `width` frequencies around the middle, 0 beyond."""
    away = np.arange(side) - side // 2
    return np.where(np.abs(away) < width / 2, np.cos(np.pi * away / width) ** 2, 0.0)


def _summed(values: np.ndarray, size: int, axis: int) -> np.ndarray:
    """Sums over `size` neighbours along an axis; there are fewer at its ends."""
    half = size // 2
    pads = [(half, half) if k == axis else (0, 0) for k in range(values.ndim)]
    return np.lib.stride_tricks.sliding_window_view(np.pad(values, pads), size, axis=axis).sum(-1)
