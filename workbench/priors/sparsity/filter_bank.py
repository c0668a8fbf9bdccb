"""The periodised orthonormal wavelet transform: PyWavelets' filters, kernels of our own."""

import torch
from torch import Tensor

from workbench.kernels import wavelet as kernel
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
        self._filters = Constant(torch.tensor(filters, dtype=torch.float64).flip(1))

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
        return kernel.corner(shape, level)

    def analyse(self, x: Tensor) -> Tensor:
        """The coefficients W x, of the shape of x."""
        if sentence := self.unfit(tuple(x.shape[1:])):
            raise Refusal("a signal that wavelets can split", shown(tuple(x.shape[1:])), sentence)
        return kernel.analyse(x, self._filters, self.levels)

    def synthesise(self, coefficients: Tensor) -> Tensor:
        """The signal W* c of these coefficients."""
        return kernel.synthesise(coefficients, self._filters, self.levels)
