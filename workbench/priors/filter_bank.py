"""The periodised orthonormal wavelet transform: PyWavelets' filters, torch's convolutions."""

import torch
from torch import Tensor
from torch.nn.functional import conv1d, conv_transpose1d

from workbench.refusal import Refusal
from workbench.tensors import Constant, Shape, shown


class FilterBank:
    """W and W* = W^-1 of signals (B, C, *space) whose sides divide by 2^levels; PyWavelets' mode="periodization".

    One split halves every axis in turn and puts its two bands, low first, behind the channels. Mallat 1989,
    10.1109/34.192463.
    """

    def __init__(self, wavelet: str, levels: int) -> None:
        import pywt  # a tenth of a second, for those who ask for wavelets

        filters = pywt.Wavelet(wavelet).filter_bank[:2]  # pyright: ignore[reportAttributeAccessIssue] - it is compiled
        self.levels = levels
        self.half = len(filters[0]) // 2
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

    def analyse(self, x: Tensor) -> tuple[Tensor, list[Tensor]]:
        """The coarse signal, (B, C, *space / 2^levels), and per level the details, (B, C, 2^d - 1, *space / 2^j)."""
        if sentence := self.unfit(tuple(x.shape[1:])):
            raise Refusal("a signal that wavelets can split", shown(tuple(x.shape[1:])), sentence)
        coarse, details = x.flatten(0, 1), []
        for _ in range(self.levels):
            bands = self._split(coarse)
            coarse = bands[:, 0]
            details.append(bands[:, 1:].unflatten(0, x.shape[:2]))
        return coarse.unflatten(0, x.shape[:2]), details

    def synthesise(self, coarse: Tensor, details: list[Tensor]) -> Tensor:
        """The signal of these coefficients: the inverse and the adjoint of `analyse`."""
        x = coarse.flatten(0, 1)
        for bands in reversed(details):
            x = self._merge(torch.cat([x[:, None], bands.flatten(0, 1)], 1))
        return x.unflatten(0, coarse.shape[:2])

    def _split(self, x: Tensor) -> Tensor:
        """(N, *space) -> (N, 2^d, *space / 2)."""
        if x.is_complex():
            return torch.complex(self._split(x.real), self._split(x.imag))
        filters, x = self._filters.like(x), x[:, None]
        for _ in range(x.ndim - 2):
            halves = conv1d(_wrap(x.reshape(-1, 1, x.shape[-1]), self.half - 1), filters, stride=2)
            # The halved last axis becomes the first, so that the next one is last: after d turns all are in order.
            x = halves.reshape(*x.shape[:-1], *halves.shape[1:]).movedim((-2, -1), (2, 3)).flatten(1, 2)
        return x

    def _merge(self, x: Tensor) -> Tensor:
        """(N, 2^d, *space / 2) -> (N, *space), each step of `_split` undone."""
        if x.is_complex():
            return torch.complex(self._merge(x.real), self._merge(x.imag))
        filters, margin = self._filters.like(x), self.half // 2
        for _ in range(x.ndim - 2):
            halves = x.unflatten(1, (-1, 2)).movedim((2, 3), (-2, -1))
            wrapped = _wrap(halves.reshape(-1, *halves.shape[-2:]), margin)
            x = conv_transpose1d(wrapped, filters, stride=2, padding=2 * margin + self.half - 1)
            x = x.reshape(*halves.shape[:-2], -1)
        return x[:, 0]


def _wrap(x: Tensor, margin: int) -> Tensor:
    """x continued periodically along its last axis by a margin of any length."""
    n = x.shape[-1]
    return x.index_select(-1, torch.arange(-margin, n + margin, device=x.device) % n)
