"""The cosine transform, which makes reflecting boundaries diagonal."""

import functools
import math

import torch
from torch import Tensor

from workbench.tensors import Constant, Shape


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


def path_laplacian(space: Shape) -> Tensor:
    """The eigenvalues of the Laplacian of a grid under `cosines`, 4 sum_axes sin^2(pi k / 2n), of that shape."""
    values = torch.zeros((), dtype=torch.float64)
    for n in space:
        k = torch.arange(n, dtype=torch.float64)
        values = values[..., None] + 4 * (math.pi * k / (2 * n)).sin().square()
    return values


@functools.lru_cache(maxsize=64)
def _turns(n: int) -> Constant:
    """exp(i pi k / 2n) times s[k] / 2."""
    k = torch.arange(n, dtype=torch.float64)
    scale = torch.full((n,), math.sqrt(2 / n) / 2, dtype=torch.float64)
    scale[0] = math.sqrt(1 / n) / 2
    return Constant(torch.polar(scale, math.pi * k / (2 * n)))
