"""Filters of backprojection, and how much of the turn each view stands for."""

import math
from typing import Literal

import torch
from torch import Tensor

Window = Literal["ramp", "shepp-logan", "cosine", "hamming", "hann"]
_WIDEST = 3.0  # usual gaps between views: a wider one is a wedge that was not measured
_FADE = math.pi / 18  # over which views fade at the ends of an arc


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
    gaps, usual = _gaps(places, period)
    gaps = torch.minimum(gaps, _WIDEST * usual)
    found = torch.empty_like(places)
    found[order] = (gaps + gaps.roll(1)) / 2
    return found


def arc(angles: Tensor) -> tuple[float, float]:
    """Where the views of one turn begin, and how far they reach, in radians: half a gap before the first, 2 pi for all.

    Only the widest gap can be a wedge without views, and is one where it is wider than 3 usual ones.
    """
    places = torch.sort(angles % (2 * math.pi)).values
    gaps, usual = _gaps(places, 2 * math.pi)
    widest = int(gaps.argmax())
    if gaps[widest] <= _WIDEST * usual:
        return 0.0, 2 * math.pi
    begin = float(places[(widest + 1) % len(places)] - usual / 2)
    return begin, float(2 * math.pi - gaps[widest] + usual)


def redundancy(angles: Tensor, fan: Tensor) -> Tensor:
    """The weight of each ray, (views, bins), where two lie on one line: they sum to 1, and fade to 0 at the arc's ends
    and at those of the detector.

    `fan` is the angle of each bin's ray to the axis. The ray that comes back along that of view b and fan angle g is
    that of view b + pi + 2 g and fan angle -g; with c(b, g) the rise from the ends of the arc times that of `sides`,
    the weight is c / (c + c of the other) (Noo et al. 2002, doi 10.1088/0031-9155/47/14/311; Parker 1982,
    doi 10.1118/1.595078).
    """
    begin, turned = arc(angles)

    def rise(views: Tensor) -> Tensor:
        inside = (views - begin) % (2 * math.pi)
        return _rise(torch.minimum(inside, turned - inside) / _FADE)

    whole, (near, far) = turned == 2 * math.pi, sides(fan)
    here = near * (torch.ones_like(angles) if whole else rise(angles))[:, None]
    total = here + far * (1 if whole else rise(angles[:, None] + math.pi + 2 * fan))
    return torch.where(total > 0, here / total.clamp_min(1e-300), 0)


def sides(places: Tensor) -> tuple[Tensor, Tensor]:
    """How far bins, at these places from the axis, are from the ends of their detector, and those across the axis.

    Both in [0, 1]: 0 beyond an end, and 1 as far from it as the axis is from the nearer one. Where the axis falls off
    the middle, bins of the wider side have none across: over a turn, theirs are the only rays on their lines (Wang
    2002, doi 10.1118/1.1489043).
    """
    low, high = reach(places)

    def inside(here: Tensor) -> Tensor:
        return _rise(torch.minimum(here + low, high - here) / min(low, high))

    return inside(places), inside(-places)


def reach(places: Tensor) -> tuple[float, float]:
    """How far a detector reaches to both sides of the axis, up to the first bin that it lacks; negative: not so far."""
    step = float(places[-1] - places[0]) / (len(places) - 1) if len(places) > 1 else 1.0
    return step - float(places[0]), step + float(places[-1])


def _rise(x: Tensor) -> Tensor:
    """From 0 at 0 to 1 at 1, smooth at both."""
    return torch.sin(math.pi / 2 * x.clamp(0, 1)).square()


def _gaps(places: Tensor, period: float) -> tuple[Tensor, Tensor]:
    """The gaps between sorted views on a circle, the last one across its end, and the usual one."""
    gaps = torch.cat([places[1:] - places[:-1], places[:1] + period - places[-1:]])
    return gaps, gaps[gaps > 1e-6 * gaps.max()].median()  # views at one angle have none between them
