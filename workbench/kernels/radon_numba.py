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
    # Zeros around the detector, where pixels beyond it look.
    bins = torch.nn.functional.pad(y.detach(), (1, 2)).contiguous().numpy()
    x = np.zeros((len(y), *shape), bins.dtype)
    share(_backproject, len(y) * shape[0], workers(x.size * len(angles)), bins, angles.numpy(), x)
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
        scale = kind.type(abs(step))
        for i in range(height):
            level = sign * (i - (height - 1) / 2)
            start = (-(bins - 1) / 2 - level * across) * step + (width - 1) / 2 + 1  # in the padded line
            ends = (-start * along, (width + 1 - start) * along)
            low, high = max(0, int(np.ceil(min(ends)))), min(bins - 1, int(np.floor(max(ends))))
            for d in range(low, high + 1):
                place = start + d * step
                k = min(max(int(place), 0), width)
                weight = kind.type(place - k)
                y[b, a, d] += scale * (lines[i, k] + weight * (lines[i, k + 1] - lines[i, k]))


@compiled
def _backproject(first, last, y, angles, x):
    height, width = x.shape[1:]
    views, bins = y.shape[1], y.shape[2] - 3
    kind = x.dtype
    for task in range(first, last):
        b, i = task // height, task % height
        for a in range(views):
            cos, sin = np.cos(angles[a]), np.sin(angles[a])
            m = max(abs(cos), abs(sin))
            start = ((height - 1) / 2 - i) * sin - (width - 1) / 2 * cos + (bins - 1) / 2 + 1  # in the padded line
            for j in range(width):
                place = min(max(start + j * cos, 0.0), bins + 1.0)
                d = int(place)
                f = place - d
                left, right = kind.type(max(0.0, m - f) / m**2), kind.type(max(0.0, m - 1 + f) / m**2)
                x[b, i, j] += left * y[b, a, d] + right * y[b, a, d + 1]
