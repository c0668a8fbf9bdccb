"""Halpern's iteration with reflections and restarts on the pair of primal and dual, in plain torch.

Lu, Yang 2024, arXiv 2407.16144.
"""

import math
from collections.abc import Callable

import torch
from torch import Tensor

from workbench.tensors import abs2

LOOK, STRIDE = 20, 3  # steps between two looks at the gap: at least so many, and a share of all of so many
SHORT = 0.99  # of the longest step that converges
FALL, SOME, LONG = 0.2, 0.8, 0.36  # a restart: the residual fell; it fell and rises; a share of all steps
TINY = 1e-14  # of its square: a variable that moved less has arrived, and says nothing of the ratio
FAR, WIDER = 20.0, 0.01  # the ratio's range about its start, and what each step adds: some need far more, late

Step = Callable[[Tensor, Tensor, Tensor, Tensor], tuple[Tensor, Tensor]]


def halpern(
    start: tuple[Tensor, Tensor],
    step: Step,
    look: Callable[[Tensor, Tensor], tuple],
    scales: tuple[float, Tensor],
    ends: tuple[float, Tensor],
    iterations: int,
) -> tuple:
    """What `look` finds at the last image of the iteration, with value, gap and steps, (B, C) each.

    scales: a bound of the coupling, and the first ratio of the dual's step to the primal's.
    """
    (z, y), (bound, ratio), (tolerance, floor) = start, scales, ends
    z0, y0, image, usual = z, y, start, ratio
    k, steps = torch.zeros_like(ratio), torch.zeros_like(ratio)
    begin, before = torch.full_like(ratio, math.inf), torch.full_like(ratio, math.inf)
    active, total, due = torch.ones_like(ratio, dtype=torch.bool), 0, 0
    while True:
        if total in (due, iterations):
            due = total + max(LOOK, total // STRIDE)
            found, value, gap = look(*image)
            steps = torch.where(active, total, steps)
            active = active & (gap > torch.maximum(tolerance * value, floor))  # a NaN stops, too
            if total == iterations or not bool(active.any()):
                return found, value, gap, steps
        tau, sigma = (plane(SHORT / bound * r, z) for r in (1 / ratio, ratio))
        after = step(z, y, tau, sigma)
        total += 1
        residual = (ratio * _energy(after[0] - z) + _energy(after[1] - y) / ratio).sqrt()
        begin = torch.where(k == 0, residual, begin)
        fell = (residual <= FALL * begin) | ((residual <= SOME * begin) & (residual > before))
        anew, before = (k > 0) & (fell | (k >= LONG * total)), residual
        moved, turned = _energy(after[0] - z0), _energy(after[1] - y0)
        both = anew & (moved > TINY * _energy(after[0])) & (turned > TINY * _energy(after[1]))
        far = FAR + WIDER * total
        balanced = (ratio * (turned / torch.where(both, moved, 1)).sqrt()).sqrt()
        ratio = torch.where(both, balanced.clamp(usual / far, usual * far), ratio)
        share = plane((k + 1) / (k + 2), z)
        here, stay = plane(anew, z), plane(active, z)
        mixed = [share * (2 * a - v) + (1 - share) * v0 for a, v, v0 in zip(after, (z, y), (z0, y0), strict=True)]
        z0, y0 = (torch.where(here, a, v0) for a, v0 in zip(after, (z0, y0), strict=True))
        image = tuple(torch.where(stay, a, b) for a, b in zip(after, image, strict=True))
        z, y = (torch.where(here, a, m) for a, m in zip(after, mixed, strict=True))
        k = torch.where(anew, 0, k + 1)


def _energy(r: Tensor) -> Tensor:
    return summed(abs2(r))


def summed(r: Tensor) -> Tensor:
    """The sum over each plane, (B, C)."""
    return r.flatten(2).sum(2)


def plane(values: Tensor, like: Tensor) -> Tensor:
    """(B, C) shaped so that it multiplies (B, C, ...)."""
    return values.reshape(*values.shape, *[1] * (like.ndim - 2))
