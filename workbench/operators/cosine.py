"""The transforms that make differences diagonal: Fourier for periodic, cosines for reflecting boundaries."""

import functools
import math
from typing import Literal

import torch
from torch import Tensor

from workbench.operators.diagonalisation import Basis, Diagonalisation
from workbench.tensors import Constant, Shape

Boundary = Literal["periodic", "reflect", "zero"]
MODES: dict[Boundary, Basis] = {"periodic": "fourier", "reflect": "cosine"}  # sines have no transform here


def filtered(x: Tensor, gain: Tensor, boundary: Boundary) -> Tensor:
    """x, (B, C, *space), with each coefficient in the basis of the boundary times `gain`, real, (*space).

    Of a real x and a periodic boundary half of the coefficients are made: `gain` is that of a real kernel.
    """
    axes = tuple(range(2, x.ndim))
    if boundary == "reflect":
        return cosine_sum(gain * cosines(x, axes), axes)
    if x.is_complex():
        return torch.fft.ifftn(gain * torch.fft.fftn(x, dim=axes), dim=axes)
    half = gain[..., : gain.shape[-1] // 2 + 1] * torch.fft.rfftn(x, dim=axes)
    return torch.fft.irfftn(half, s=x.shape[2:], dim=axes)


def diagonal_in_modes(eigenvalues: Constant, boundary: Boundary) -> Diagonalisation:
    """The operator of these eigenvalues, (*space), in the basis of the boundary."""
    return Diagonalisation(eigenvalues, functools.partial(filtered, boundary=boundary), MODES[boundary])


def laplacian(space: Shape, boundary: Boundary, power: int = 1, scale: tuple[float, ...] = ()) -> Tensor:
    """The sum over axes of (4 sin^2)^power, eigenvalues of powers of -x[i-1] + 2 x[i] - x[i+1]: (*space), float64.

    In the order of `fftn` for a periodic and of `cosines` for a reflecting boundary. `scale` is 1 / side of a pixel
    along each axis, 1 if not given.
    """
    values = torch.zeros((), dtype=torch.float64)
    for n, per in zip(space, scale or (1.0,) * len(space), strict=True):
        k = torch.arange(n, dtype=torch.float64)
        turn = {"periodic": k / n, "reflect": k / (2 * n), "zero": (k + 1) / (2 * n + 2)}[boundary]
        values = values[..., None] + ((2 * per * (math.pi * turn).sin()).square()) ** power
    return values


def cosines(x: Tensor, axes: tuple[int, ...]) -> Tensor:
    """The orthonormal DCT-II along these axes, of real or complex x.

    X[k] = s[k] sum_i x[i] cos(pi k (2 i + 1) / 2n), with s[0] = sqrt(1 / n) and sqrt(2 / n) after it.
    """
    for axis in axes:
        x = x.movedim(axis, -1)
        # x and its mirror image have a Fourier transform without sines.
        both = torch.fft.fft(torch.cat([x, x.flip(-1)], -1))[..., : x.shape[-1]] * _turns(x.shape[-1]).like(x).conj()
        x = (both if x.is_complex() else both.real).movedim(-1, axis)
    return x


def cosine_sum(x: Tensor, axes: tuple[int, ...]) -> Tensor:
    """The transpose and inverse of `cosines`, the DCT-III."""
    for axis in axes:
        x, n = x.movedim(axis, -1), x.shape[axis]
        turns = _turns(n).like(x)
        if x.is_complex():
            x = torch.fft.ifft(x * turns, 2 * n, norm="forward") + torch.fft.fft(x * turns.conj(), 2 * n)
        else:
            x = 2 * torch.fft.ifft(x * turns, 2 * n, norm="forward").real
        x = x[..., :n].movedim(-1, axis)
    return x


@functools.lru_cache(maxsize=64)
def _turns(n: int) -> Constant:
    """exp(i pi k / 2n) times s[k] / 2."""
    k = torch.arange(n, dtype=torch.float64)
    scale = torch.full((n,), math.sqrt(2 / n) / 2, dtype=torch.float64)
    scale[0] = math.sqrt(1 / n) / 2
    return Constant(torch.polar(scale, math.pi * k / (2 * n)))
