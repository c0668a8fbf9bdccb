"""Points of one coordinate on the CPU: sorted, what is near a point stands beside it."""

import numpy as np
import torch
from torch import Tensor

from workbench.kernels.dispatch import compiled, share, workers


def neighbours(x: Tensor, k: int) -> Tensor:
    order, values = _sorted(x)
    found = torch.empty(len(x), k, dtype=x.dtype)
    share(_nearest, len(x), workers(found.numel()), order, values, found.numpy())
    return found


def within(x: Tensor, radii: Tensor) -> Tensor:
    order, values = _sorted(x)
    found = torch.empty(len(x), dtype=torch.int64)
    share(_within, len(x), workers(len(x)), order, values, radii.contiguous().numpy(), found.numpy())
    return found


def _sorted(x: Tensor) -> tuple[np.ndarray, np.ndarray]:
    values = x[:, 0].contiguous().numpy()
    order = np.argsort(values)
    return order, values[order]


@compiled
def _nearest(first, last, order, values, out):
    for i in range(first, last):
        left, right = i - 1, i + 1
        for place in range(out.shape[1]):
            below = values[i] - values[left] if left >= 0 else np.inf
            above = values[right] - values[i] if right < len(values) else np.inf
            if below <= above:
                left -= 1
            else:
                right += 1
            out[order[i], place] = min(below, above)


@compiled
def _within(first, last, order, values, radii, out):
    """Of ascending values, the last to either side of each that is nearer than its radius, by halving."""
    for i in range(first, last):
        here, radius = values[i], radii[order[i]]
        low, size = i, i + 1
        while size > 1:
            half = size // 2
            low = low - half if here - values[low - half] < radius else low
            size -= half
        high, size = i, len(values) - i
        while size > 1:
            half = size // 2
            high = high + half if values[high + half] - here < radius else high
            size -= half
        out[order[i]] = high - low
