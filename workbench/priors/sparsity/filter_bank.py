"""The periodised orthonormal wavelet transform: PyWavelets' filters, torch's convolutions."""

import math

import torch
from torch import Tensor
from torch.nn.functional import conv1d, conv2d, conv_transpose1d, conv_transpose2d

from workbench.refusal import Refusal
from workbench.tensors import Constant, Shape, shown


class FilterBank:
    """W and W* = W^-1 on (B, C, *space) whose sides divide by 2^levels, as PyWavelets' mode="periodization".

    Coefficients keep the shape of the signal: in each axis the low band is the first half, and the low corner is
    split again, level by level. Mallat 1989, 10.1109/34.192463.
    """

    def __init__(self, wavelet: str, levels: int) -> None:
        import pywt  # a tenth of a second, for those who ask for wavelets

        filters = pywt.Wavelet(wavelet).filter_bank[:2]  # pyright: ignore[reportAttributeAccessIssue] - it is compiled
        self.levels = levels
        self._half = len(filters[0]) // 2
        self._filters = Constant(torch.tensor(filters, dtype=torch.float64).flip(1)[:, None])

    def unfit(self, shape: Shape) -> str:
        """Why signals of this shape cannot be halved so often, as a sentence; empty where they can."""
        space, unit = shape[1:], 2**self.levels
        if not space or any(n % unit for n in space):
            depth = min((n & -n).bit_length() - 1 for n in space) if space else 0
            below, above = (tuple(max(1, (n + more) // unit) * unit for n in space) for more in (0, unit - 1))
            remedy = f"take levels={depth}" if depth else "take another prior"
            sizes = " or ".join(f"{shown(size)} px" for size in dict.fromkeys((below, above)))
            return f"{shown(space)} px cannot be halved {self.levels} times: {remedy}, or crop or pad to {sizes}"
        return ""

    def corner(self, shape: Shape, level: int | None = None) -> tuple:
        """Where the low band of a level, the last one if not given, is in coefficients of this shape (B, C, *space)."""
        level = self.levels if level is None else level
        return (..., *(slice(n >> level) for n in shape[2:]))

    def analyse(self, x: Tensor) -> Tensor:
        """The coefficients W x, of the shape of x."""
        if sentence := self.unfit(tuple(x.shape[1:])):
            raise Refusal("a signal that wavelets can split", shown(tuple(x.shape[1:])), sentence)
        out = self._split(x)
        for level in range(1, self.levels):
            low = self.corner(out.shape, level)
            out[low] = self._split(out[low].clone())  # a clone, which autograd may keep while its place is overwritten
        return out

    def synthesise(self, coefficients: Tensor) -> Tensor:
        """The signal W* c of these coefficients."""
        out = coefficients.clone()
        for level in reversed(range(1, self.levels)):
            low = self.corner(out.shape, level)
            out[low] = self._merge(out[low].clone())
        return self._merge(out)

    def _split(self, x: Tensor) -> Tensor:
        if x.is_complex():
            return torch.complex(self._split(x.real), self._split(x.imag))
        filters, shape = self._filters.like(x), x.shape
        for axis in range(2, x.ndim):
            lines = _wrap(_lines(x, axis, 1), self._half - 1)
            if lines.ndim == 3:  # ten times the speed of two dimensions of which one is 1
                x = conv1d(lines, filters, stride=2)
            else:
                x = conv2d(lines, filters[..., None], stride=(2, 1))
            x = x.reshape(shape)
        return x

    def _merge(self, x: Tensor) -> Tensor:
        if x.is_complex():
            return torch.complex(self._merge(x.real), self._merge(x.imag))
        filters, shape, margin = self._filters.like(x), x.shape, self._half // 2
        cut = 2 * margin + self._half - 1
        for axis in reversed(range(2, x.ndim)):
            bands = _wrap(_lines(x, axis, 2), margin)
            if bands.ndim == 3:
                x = conv_transpose1d(bands, filters, stride=2, padding=cut)
            else:
                x = conv_transpose2d(bands, filters[..., None], stride=(2, 1), padding=(cut, 0))
            x = x.reshape(shape)
        return x


def _lines(x: Tensor, axis: int, bands: int) -> Tensor:
    """An axis, whole or as its two bands: (N, bands, n / bands, rest), without rest, which is 1, for the last axis."""
    rest = (-1,) if axis + 1 < x.ndim else ()
    return x.reshape(math.prod(x.shape[:axis]), bands, x.shape[axis] // bands, *rest)


def _wrap(lines: Tensor, margin: int) -> Tensor:
    """Lines continued periodically at either end by a margin of any length."""
    n = lines.shape[2]
    return lines.index_select(2, torch.arange(-margin, n + margin, device=lines.device) % n) if margin else lines
