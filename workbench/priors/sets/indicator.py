"""0 in a set and infinite outside."""

import torch
from torch import Tensor

from workbench.priors.base import Prior
from workbench.tensors import real_of, spread

_ROUNDING = 64  # in units of the last place of the item's largest entry: what a transform and back leaves


def indicator(x: Tensor, inside: Tensor) -> Tensor:
    """0 where an item is equal to its projection up to rounding, infinite elsewhere and for NaN: (B,)."""
    slack = _ROUNDING * torch.finfo(x.dtype).eps * x.abs().flatten(1).amax(1)
    within = ((x - inside).abs() <= spread(slack, x)).flatten(1).all(1)
    return torch.where(within, 0.0, torch.inf).to(real_of(x.dtype))


def no_order(prior: Prior, dtype: torch.dtype) -> str:
    """Why numbers of this dtype do not suit a prior that compares them, as a sentence; empty where they do."""
    name = type(prior).__name__
    return f"{name} orders numbers, and this unknown is complex: take another prior" if dtype.is_complex else ""
