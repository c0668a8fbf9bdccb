"""The median of the neighbourhood of each value."""

import numpy as np

from workbench.refusal import Refusal
from workbench.tensors import shown

_AT_ONCE = 2**23  # values in memory: neighbourhoods repeat the data many times over


def moving_median(values: np.ndarray, size: int, axes: tuple[int, ...]) -> np.ndarray:
    """The median over `size` values along each of the axes, around each value; the data go on as their mirror image."""
    half = size // 2
    short = min(values.shape[axis] for axis in axes)
    if size % 2 == 0 or half >= short:
        came = f"{size} in data of {shown(values.shape)}"
        raise Refusal("neighbourhoods of an odd number of values, within the data", came, "give another size")
    sides = [(half, half) if k - values.ndim in axes else (0, 0) for k in range(values.ndim)]
    padded = np.pad(values, sides, mode="symmetric")
    around = np.lib.stride_tricks.sliding_window_view(padded, (size,) * len(axes), axis=axes)
    # In parts along the first axis: the windows of all would fill the memory.
    step = max(1, _AT_ONCE * values.shape[0] // max(1, values.size * size ** len(axes)))
    inner = tuple(range(-len(axes), 0))
    parts = [np.median(around[k : k + step], axis=inner) for k in range(0, len(values), step)]
    return np.concatenate(parts)
