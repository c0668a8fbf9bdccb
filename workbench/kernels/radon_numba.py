"""The projector on the CPU, from the rays' side, and its transpose, from the pixels': no two threads write one number.

A kernel serves the tasks first..last of all: the views of a sinogram, the rows of an image.
"""

import numpy as np
import torch
from torch import Tensor

from workbench.kernels.dispatch import compiled, share, workers


def project(x: Tensor, angles: Tensor, detectors: int) -> Tensor:
    # A ray steps along the axis it follows and interpolates along the other; a border of zeros spares the edges.
    rows = torch.nn.functional.pad(x.detach(), (1, 1)).numpy()
    columns = torch.nn.functional.pad(x.detach().flip(1).mT, (1, 1)).contiguous().numpy()
    y = np.zeros((len(x), len(angles), detectors), rows.dtype)
    share(_project, len(x) * len(angles), workers(x.numel() * len(angles)), rows, columns, angles.numpy(), y)
    return torch.from_numpy(y)


def backproject(y: Tensor, angles: Tensor, shape: tuple[int, int]) -> Tensor:
    cos, sin = angles.cos(), angles.sin()
    m = torch.maximum(cos.abs(), sin.abs())
    # Zeros around the detector, where pixels beyond it look.
    bins = torch.nn.functional.pad(y.detach() / m.square().to(y.dtype)[:, None], (1, 2)).contiguous().numpy()
    x = np.empty((len(y), *shape), bins.dtype)
    threads = workers(x.size * len(angles))
    share(_backproject, len(y) * shape[0], threads, bins, cos.numpy(), sin.numpy(), m.numpy(), x)
    return torch.from_numpy(x)


@compiled
def _project(first, last, rows, columns, angles, y):
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
            start = (-(bins - 1) / 2 - level * across) * step + (width - 1) / 2 + 1  # in the padded line
            ends = (-start * along, (width + 1 - start) * along)
            low, high = max(0, int(np.ceil(min(ends)))), min(bins - 1, int(np.floor(max(ends))))
            left, right = lines[i, :-1], lines[i, 1:]
            for d in range(low, high + 1):
                place = start + d * step
                k = min(max(int(place), 0), width)
                weight = kind.type(place - k)
                view[d] += scale * (left[k] + weight * (right[k] - left[k]))


@compiled
def _backproject(first, last, y, cos, sin, m, x):
    height, width = x.shape[1:]
    views, bins = y.shape[1], y.shape[2] - 3
    kind, pitch, end, one = y.dtype, y.shape[2], bins + 1.0, np.uint32(1)
    start = np.empty(views)
    for task in range(first, last):
        b, i = task // height, task % height
        sinogram = y[b].reshape(-1)
        for a in range(views):
            start[a] = ((height - 1) / 2 - i) * sin[a] - (width - 1) / 2 * cos[a] + (bins - 1) / 2 + 1  # in padded bins
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
