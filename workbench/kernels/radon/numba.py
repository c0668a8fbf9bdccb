"""The projector on the CPU, from the rays' side, and its transpose, from the pixels': no two threads write one number.

A kernel serves the tasks first..last of all: the views of a sinogram, the rows of an image.
"""

import numpy as np
import torch
from torch import Tensor

from workbench.kernels.dispatch import compiled, share, workers


def project(x: Tensor, angles: Tensor, detectors: int, offset: float) -> Tensor:
    # A ray steps along the axis it follows and interpolates along the other; a border of zeros spares the edges.
    image = x.detach().numpy()
    rows, columns = _bordered(image, 1, 1), _bordered(image[:, ::-1].swapaxes(1, 2), 1, 1)
    y = np.zeros((len(x), len(angles), detectors), image.dtype)
    centre = (detectors - 1) / 2 + offset
    share(_project, len(x) * len(angles), workers(x.numel() * len(angles)), rows, columns, angles.numpy(), centre, y)
    return torch.from_numpy(y)


def backproject(y: Tensor, angles: Tensor, shape: tuple[int, int], offset: float) -> Tensor:
    cos, sin = np.cos(angles.numpy()), np.sin(angles.numpy())
    m = np.maximum(np.abs(cos), np.abs(sin))
    return _gathered(y, (cos, sin, m), shape, offset)


def interpolate(y: Tensor, angles: Tensor, shape: tuple[int, int], offset: float) -> Tensor:
    cos, sin = np.cos(angles.numpy()), np.sin(angles.numpy())
    return _gathered(y, (cos, sin, np.ones_like(cos)), shape, offset)


def _gathered(y: Tensor, views: tuple[np.ndarray, ...], shape: tuple[int, int], offset: float) -> Tensor:
    """The sum over views (cos, sin, m) of the bins within m of each pixel, the nearer the more."""
    bins = _bordered(y.detach().numpy(), 1, 2)  # zeros where pixels beyond the detector look
    bins /= np.square(views[2]).astype(bins.dtype)[:, None]
    x = np.empty((len(y), *shape), bins.dtype)
    centre = (y.shape[2] - 1) / 2 + offset
    share(_backproject, len(y) * shape[0], workers(x.size * y.shape[1]), bins, *views, centre, x)
    return torch.from_numpy(x)


def _bordered(a: np.ndarray, before: int, after: int) -> np.ndarray:
    """Zeros before and after each line; by numpy, whose copy keeps to this thread while torch's waits for others."""
    out = np.zeros((*a.shape[:-1], before + a.shape[-1] + after), a.dtype)
    out[..., before:-after] = a
    return out


@compiled
def _project(first, last, rows, columns, angles, centre, y):
    views, bins = y.shape[1:]
    kind = y.dtype
    for task in range(first, last):
        b, a = task // views, task % views
        along, across = np.cos(angles[a]), np.sin(angles[a])
        # y runs upwards: rows are read top down, where their coordinate falls.
        lines, sign = (rows[b], -1.0) if abs(along) >= abs(across) else (columns[b], 1.0)
        if abs(along) < abs(across):
            along, across = across, along
        height, width = lines.shape[0], lines.shape[1] - 2
        step = 1 / along
        scale, view = kind.type(abs(step)), y[b, a]
        for i in range(height):
            level = sign * (i - (height - 1) / 2)
            start = (-centre - level * across) * step + (width - 1) / 2 + 1  # in the padded line
            ends = (-start * along, (width + 1 - start) * along)
            low, high = max(0, int(np.ceil(min(ends)))), min(bins - 1, int(np.floor(max(ends))))
            left, right = lines[i, :-1], lines[i, 1:]
            for d in range(low, high + 1):
                place = start + d * step
                k = min(max(int(place), 0), width)
                weight = kind.type(place - k)
                view[d] += scale * (left[k] + weight * (right[k] - left[k]))


@compiled
def _backproject(first, last, y, cos, sin, m, centre, x):
    height, width = x.shape[1:]
    views, bins = y.shape[1], y.shape[2] - 3
    kind, pitch, end, one = y.dtype, y.shape[2], bins + 1.0, np.uint32(1)
    start = np.empty(views)
    for task in range(first, last):
        b, i = task // height, task % height
        sinogram = y[b].reshape(-1)
        for a in range(views):
            start[a] = ((height - 1) / 2 - i) * sin[a] - (width - 1) / 2 * cos[a] + centre + 1  # in padded bins
        for j in range(width):
            total = kind.type(0)
            # The sum runs over angles and small unsigned places: only so does the loop become vector instructions.
            for a in range(views):
                place = min(max(start[a] + j * cos[a], 0.0), end)
                d = np.int32(place)
                f = place - d
                k = np.uint32(np.int32(a * pitch) + d)
                nearer, farther = kind.type(max(0.0, m[a] - f)), kind.type(max(0.0, m[a] - 1 + f))
                total += nearer * sinogram[k] + farther * sinogram[k + one]
            x[b, i, j] = total
