"""Penalties that stop growing, not convex, with their exact prox."""

import torch
from torch import Tensor


def folded(r: Tensor, knee: float, width: float) -> Tensor:
    """p(r): slope 1 up to the knee, falling linearly to 0 at the width, constant beyond."""
    bent = (r.clamp(knee, width) - knee).square() / (2 * (width - knee))
    return r.clamp_max(width) - bent


def folded_prox(x: Tensor, t: float, knee: float, width: float) -> Tensor:
    """argmin_u |u - x|^2 / 2 + t p(|u|): the best of what is best on each piece of p, where all is quadratic."""
    r = x.abs()
    best = (r - t).clamp(0, knee)
    lowest = (best - r).square() / 2 + t * folded(best, knee, width)
    candidates = [r.clamp_min(width)]
    bend = t / (width - knee)
    if bend < 1:  # else the middle piece is concave, and best at its ends
        candidates.append(((r - bend * width) / (1 - bend)).clamp(knee, width))
    for u in candidates:
        value = (u - r).square() / 2 + t * folded(u, knee, width)
        best, lowest = torch.where(value < lowest, u, best), torch.minimum(value, lowest)
    return torch.where(r > 0, best / r.clamp_min(torch.finfo(r.dtype).tiny), 0) * x
