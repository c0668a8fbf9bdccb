"""Filters of backprojection, and how much of the turn each view stands for."""

import math
from typing import Literal

import torch
from torch import Tensor

Window = Literal["ramp", "shepp-logan", "cosine", "hamming", "hann"]
_WIDEST = 3.0  # usual gaps between views: a wider one is a wedge that was not measured


def ramp_filtered(y: Tensor, window: Window) -> Tensor:
    """Projections (..., bins) through the ramp |f| times a window, f in cycles a bin, zeros beyond the ends.

    The ramp is that of the band-limited kernel 1/4, -1/(pi n)^2 for odd n, 0 for even n, which keeps the scale of what
    is constant (Kak & Slaney 1988, chapter 3).
    """
    bins = y.shape[-1]
    length = 2 ** math.ceil(math.log2(2 * bins))
    n = torch.fft.fftfreq(length, 1 / length, dtype=torch.float64).round()
    kernel = torch.where(n.long() % 2 != 0, -1 / (math.pi * n).square().clamp_min(1), 0)
    kernel[0] = 0.25
    response = torch.fft.rfft(kernel).real * _shape(window, torch.fft.rfftfreq(length, dtype=torch.float64))
    return torch.fft.irfft(torch.fft.rfft(y, length) * response.to(y), length)[..., :bins]


def _shape(window: Window, f: Tensor) -> Tensor:
    """The window over frequencies 0 to 1/2: 1 at 0."""
    shapes = {
        "ramp": lambda: torch.ones_like(f),
        "shepp-logan": lambda: torch.sinc(f),
        "cosine": lambda: torch.cos(math.pi * f),
        "hamming": lambda: 0.54 + 0.46 * torch.cos(2 * math.pi * f),
        "hann": lambda: 0.5 + 0.5 * torch.cos(2 * math.pi * f),
    }
    return shapes[window]()


def shares(angles: Tensor, period: float) -> Tensor:
    """The part of the turn, in radians, that each view stands for: half of the gaps to its neighbours on the circle.

    Angles come in any order; `period` is that after which a view comes back, pi for parallel beams. A gap wider than
    3 usual ones is a wedge without views, which nobody stands for.
    """
    places, order = torch.sort(angles % period)
    gaps = torch.cat([places[1:] - places[:-1], places[:1] + period - places[-1:]])
    apart = gaps[gaps > 1e-6 * gaps.max()]  # views at one angle have none between them
    gaps = torch.minimum(gaps, _WIDEST * apart.median())
    found = torch.empty_like(places)
    found[order] = (gaps + gaps.roll(1)) / 2
    return found
