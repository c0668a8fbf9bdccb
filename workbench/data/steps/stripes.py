"""Stripes along the angles of a sinogram, which become rings in the picture."""

from dataclasses import dataclass
from typing import Annotated

import numpy as np
import torch
from torch import Tensor

from workbench.data.steps.base import Step, Stepped, count, require_axes, require_real
from workbench.data.steps.medians import moving_median
from workbench.parameters import Range
from workbench.refusal import Refusal
from workbench.tensors import shown

_WAVELET = "db5"
_AXES = (-2, -1)


@dataclass(frozen=True)
class SortingStripes(Step):
    """Stripes of a sinogram, angles x bins, taken away by sorting: partial and full ones, without new stripes beside.

    The values of each bin are sorted, smoothed by a median over `size` neighbouring bins, and put back into their
    order. Vo, Atwood & Drakopoulos 2018, doi 10.1364/OE.26.028396, algorithm 3.
    """

    size: Annotated[int, Range(3, 81, unit="bins", limits=(3, 999)), "bins a median is over, an odd number"] = 15

    def apply(self, values: Tensor, units: str) -> Stepped:
        require_axes(values, 2, self)
        require_real(values, self)
        ordered, order = values.sort(-2)
        smooth = torch.from_numpy(moving_median(ordered.numpy(), self.size, axes=(-1,)))
        made = torch.empty_like(values).scatter_(-2, order, smooth)
        return Stepped(made, f"sorted along the angles, median over {self.size} bins{_change(made, values)}", units)


@dataclass(frozen=True)
class WaveletStripes(Step):
    """Stripes of a sinogram, angles x bins, damped in the wavelet details that differ between bins.

    Of their Fourier transform along the angles what hardly changes is multiplied by 1 - exp(-k^2 / (2 width^2)), k the
    number of the frequency. Munch et al. 2009, doi 10.1364/OE.17.008567.
    """

    levels: Annotated[int, Range(1, 8, limits=(1, 20)), "scales of the wavelets, from the finest"] = 3
    width: Annotated[
        float, Range(0.5, 10, log=True, limits=(1e-3, 1e3)), "of the damping, in frequencies along the angles"
    ] = 1.5

    def apply(self, values: Tensor, units: str) -> Stepped:
        require_axes(values, 2, self)
        require_real(values, self)
        import pywt

        most = pywt.dwtn_max_level([values.shape[axis] for axis in _AXES], _WAVELET)
        if self.levels > most:
            came = f"{self.levels} for data of {shown(tuple(values.shape))}"
            raise Refusal(f"at most {most} levels", came, "give fewer, or take SortingStripes")
        coarse, *details = pywt.wavedec2(values.numpy(), _WAVELET, "symmetric", self.levels, axes=_AXES)
        damped = [(along, self._damped(across), both) for along, across, both in details]
        made = pywt.waverec2([coarse, *damped], _WAVELET, "symmetric", axes=_AXES)
        made = torch.from_numpy(np.ascontiguousarray(made[..., : values.shape[-2], : values.shape[-1]]))
        return Stepped(
            made, f"{count(self.levels, 'level')} of {_WAVELET} damped along the angles{_change(made, values)}", units
        )

    def _damped(self, details: np.ndarray) -> np.ndarray:
        k = np.arange(details.shape[-2] // 2 + 1)
        passed = 1 - np.exp(-(k**2) / (2 * self.width**2))
        return np.fft.irfft(np.fft.rfft(details, axis=-2) * passed[:, None], details.shape[-2], axis=-2)


def _change(made: Tensor, values: Tensor) -> str:
    return f"; values change by {(made - values).square().mean().sqrt():.3g} (root mean square)"
