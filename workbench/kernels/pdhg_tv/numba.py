"""The primal-dual step for total variation on the CPU: one pass over the rows, each dual projected as it is needed.

Layouts are those of `tv.numba`: planes (N, H, W * parts), fields (N, d, H, W * parts).
"""

import numpy as np
from torch import Tensor

from workbench.kernels.dispatch import compiled, share, workers
from workbench.kernels.pdhg_tv import Moves, Signals
from workbench.kernels.tv.numba import as_fields, as_planes, as_tensor
from workbench.kernels.tv.rows import project, subtract


def step(signals: Signals, dual: Tensor, moves: Moves, weight: float, isotropic: bool) -> Signals:
    x = signals[0]
    (flat, parts), field = as_planes(x), as_fields(dual)[0]
    made, q = np.empty((2, *flat.shape), flat.dtype), np.empty_like(field)
    threads = workers(flat.size)
    bands = max(1, min(-(-threads // len(flat)), flat.shape[1]))
    numbers = np.empty((len(x), x.shape[1], 4), flat.dtype)
    numbers[..., 0], numbers[..., 1] = (steps[:, None].numpy() for steps in moves[:2])
    numbers[..., 2:] = weight, moves.theta
    numbers = numbers.reshape(-1, 4)
    others = (as_planes(part)[0] for part in signals[1:])
    share(_step, len(flat) * bands, threads, flat, *others, field, numbers, *made, q, bands, parts, isotropic)
    return as_tensor(made[0], x, x.shape), as_tensor(made[1], x, x.shape), as_tensor(q, x, dual.shape)


@compiled
def _step(first, last, x, ahead, slope, dual, numbers, new, further, q, bands, parts, isotropic):
    height, width = x.shape[1:]
    kind = x.dtype
    zero, work = np.zeros(width, kind), np.empty((6, width), kind)
    for task in range(first, last):
        n, band = task // bands, task % bands
        top, bottom = band * height // bands, (band + 1) * height // bands
        tau, theta = numbers[n, 0], numbers[n, 3]
        above = zero
        if dual.shape[1] == 2 and top > 0:  # the dual above a band is another's to keep, but needed here
            _ascend(ahead[n], dual[n], top - 1, numbers[n], work, work[4], work[5], parts, isotropic)
            above = work[4]
        for i in range(top, bottom):
            here = q[n, 0, i] if dual.shape[1] == 2 else zero
            across = q[n, -1, i]
            down = here if dual.shape[1] == 2 else work[5]
            _ascend(ahead[n], dual[n], i, numbers[n], work, down, across, parts, isotropic)
            beyond = here if i < height - 1 else zero  # what reaches outside belongs to no difference
            _descend(x[n, i], slope[n, i], beyond, above, across, tau, theta, new[n, i], further[n, i], parts)
            above = here


@compiled
def _ascend(ahead, dual, i, numbers, work, out0, out1, parts, isotropic):
    """A row of the projected dual; the differences of a signal of one row, and those beyond the edges, are 0."""
    height, width = ahead.shape
    step, weight = numbers[1], numbers[2]
    g0, g1, f0, f1 = work[0], work[1], work[2], work[3]
    inverse = ahead.dtype.type(1) / weight if weight > 0 else weight  # 1 / weight is of double precision here
    if isotropic and parts == 1 and len(dual) == 2:  # the common case in one pass
        f0[:-1], f0[-1] = ahead[i, 1:], ahead[i, -1]
        below = ahead[min(i + 1, height - 1)]
        _ascend_and_project(dual[0, i], dual[1, i], ahead[i], below, f0, (step, weight, inverse), out0, out1)
        return
    g0[:] = 0
    if len(dual) == 2:
        subtract(ahead[min(i + 1, height - 1)], ahead[i], g0)
        _towards(dual[0, i], step, inverse, g0)
    subtract(ahead[i, parts:], ahead[i, : width - parts], g1[: width - parts])
    g1[width - parts :] = 0
    _towards(dual[-1, i], step, inverse, g1)
    project(g0, g1, f0, f1, out0, out1, parts, isotropic)
    for j in range(width):
        out0[j] *= weight
    for j in range(width):
        out1[j] *= weight


@compiled
def _ascend_and_project(q0, q1, here, below, right, scalars, out0, out1):
    step, weight, inverse = scalars
    one = here.dtype.type(1)
    for j in range(len(here)):
        g0 = inverse * (q0[j] + step * (below[j] - here[j]))
        g1 = inverse * (q1[j] + step * (right[j] - here[j]))
        f = weight / np.sqrt(max(one, g0 * g0 + g1 * g1))
        out0[j] = f * g0
        out1[j] = f * g1


@compiled
def _towards(q, step, inverse, g):
    for j in range(len(g)):
        g[j] = inverse * (q[j] + step * g[j])


@compiled
def _descend(x, slope, here, above, across, tau, theta, new, further, parts):
    """Across the last pixel there is no difference, nor across what lies before the first."""
    width = len(x)
    inside = max(0, width - 2 * parts)
    left, right = across[:inside], across[parts : parts + inside]
    for j in range(inside):
        new[parts + j] = right[j] - left[j]
    for j in range(parts):
        new[j] = across[j]
        new[width - parts + j] = -across[width - 2 * parts + j] if width > parts else 0
    for j in range(width):
        moved = tau * (new[j] + here[j] - above[j] - slope[j])
        new[j] = x[j] + moved
        further[j] = new[j] + theta * moved
