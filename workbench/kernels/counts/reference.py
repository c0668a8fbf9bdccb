"""The prox of counts in plain torch: any device, any precision, differentiable."""

import torch
from torch import Tensor

from workbench.kernels.counts import CountStep


def prox(v: Tensor, y: Tensor, step: CountStep) -> Tensor:
    t, b = step
    shifted = v + b - t
    root = torch.hypot(shifted, 2 * (t * y).sqrt())  # no square overflows at high counts
    # The stable form of the positive root of u^2 - shifted u - t y = 0.
    above = torch.where(shifted > 0, (shifted + root) / 2, 2 * t * y / (root - shifted).clamp_min(1e-30)) - b
    least = torch.maximum(y, torch.as_tensor(b, dtype=y.dtype, device=y.device))
    below = (v - t * ((b - y) / b)) / (1 + t * (least / b**2))
    return torch.where(above >= 0, above, below)
