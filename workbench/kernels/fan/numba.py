"""The fan-beam projector on the CPU, from the rays' side, and its transpose, from the pixels', as in `radon.numba`.

A kernel serves the tasks first..last of all: the views of a sinogram, the rows of an image.
"""

import numpy as np
import torch
from torch import Tensor

from workbench.kernels.dispatch import compiled, share, workers


def project(x: Tensor, angles: Tensor, distance: float, detectors: int, offset: float) -> Tensor:
    # A ray steps along the axis it follows and interpolates along the other; a border of zeros spares the edges.
    rows = torch.nn.functional.pad(x.detach(), (1, 1)).numpy()
    columns = torch.nn.functional.pad(x.detach().flip(1).mT, (1, 1)).contiguous().numpy()
    y = np.zeros((len(x), len(angles), detectors), rows.dtype)
    rays = _rays(angles, distance, detectors, offset)
    share(_project, len(x) * len(angles), workers(x.numel() * len(angles)), rows, columns, *rays, y)
    return torch.from_numpy(y)


def backproject(y: Tensor, angles: Tensor, distance: float, shape: tuple[int, int], offset: float) -> Tensor:
    x = np.zeros((len(y), *shape), y.detach().numpy().dtype)
    cosines, sines, offsets = _rays(angles, distance, y.shape[2], offset)
    # In units of the larger of cosine and sine a pixel's weight is 1 less its distance from the ray.
    m = np.maximum(abs(cosines), abs(sines))
    rays, bins = (cosines / m, sines / m, offsets / m), y.detach().numpy() / m.astype(x.dtype)
    args = bins, angles.numpy(), float(distance), (y.shape[2] - 1) / 2 + offset, *rays, x
    share(_backproject, len(y) * shape[0], workers(x.size * len(angles)), *args)
    return torch.from_numpy(x)


def _rays(angles: Tensor, distance: float, bins: int, offset: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Cosine and sine of each ray's normal, (A, N), and its distance from the centre, (N,)."""
    fan = torch.atan((torch.arange(bins, dtype=torch.float64) - (bins - 1) / 2 - offset) / distance)
    normal = angles[:, None] + fan
    return normal.cos().numpy(), normal.sin().numpy(), (distance * fan.sin()).numpy()


@compiled
def _project(first, last, rows, columns, cosines, sines, offsets, y):
    views, bins = y.shape[1:]
    kind = y.dtype
    for task in range(first, last):
        b, a = task // views, task % views
        for d in range(bins):
            along, across = cosines[a, d], sines[a, d]
            # y runs upwards: rows are read top down, where their coordinate falls.
            lines, sign = (rows[b], -1.0) if abs(along) >= abs(across) else (columns[b], 1.0)
            if abs(along) < abs(across):
                along, across = across, along
            height, width = lines.shape[0], lines.shape[1] - 2
            slope = -sign * across / along
            start = offsets[d] / along - slope * (height - 1) / 2 + (width - 1) / 2 + 1  # in the padded line
            total = kind.type(0)
            for i in range(height):
                place = start + i * slope
                if 0 <= place < width + 1:
                    k = int(place)
                    total += lines[i, k] + kind.type(place - k) * (lines[i, k + 1] - lines[i, k])
            y[b, a, d] = total * kind.type(1 / abs(along))


@compiled
def _backproject(first, last, y, angles, distance, centre, cosines, sines, offsets, x):
    height, width = x.shape[1:]
    views, bins = y.shape[1:]
    kind = x.dtype
    # A bin meets a pixel nearer than 1 to its ray, which is farther, on the line of the bins, by the slant at most.
    slant = np.sqrt(1 + (max(abs(centre), abs(bins - 1 - centre)) / distance) ** 2)
    for task in range(first, last):
        b, i = task // height, task % height
        row, up = x[b, i], (height - 1) / 2 - i
        for a in range(views):
            cos, sin = np.cos(angles[a]), np.sin(angles[a])
            for j in range(width):
                right = j - (width - 1) / 2
                shrink = (distance + right * sin - up * cos) / distance
                middle, reach = (right * cos + up * sin) / shrink + centre, slant / shrink
                low, high = max(0, int(np.ceil(middle - reach))), min(bins - 1, int(np.floor(middle + reach)))
                total = kind.type(0)
                for d in range(low, high + 1):
                    gap = abs(right * cosines[a, d] + up * sines[a, d] - offsets[a, d])
                    total += kind.type(max(0.0, 1 - gap)) * y[b, a, d]
                row[j] += total
