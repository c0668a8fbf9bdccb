"""ADMM's pass for total variation on the CPU: row by row, each row's share of the divergence kept for the next.

Layouts are those of `tv.numba`: planes (N, H, W * parts), fields (N, d, H, W * parts). A row is taken from a whole
array, `new[k, i]`: of `new[:, i][k]` the compiler does not know that it has no gaps, and makes no vector instructions.
"""

import numpy as np

from workbench.kernels.admm_tv import PenaltyPace, Split
from workbench.kernels.dispatch import compiled, share, workers
from workbench.kernels.tv.numba import as_fields, as_planes, as_tensor
from workbench.kernels.tv.rows import project


def step(signals: Split, pace: PenaltyPace, weight: float, isotropic: bool) -> Split:
    x, z, dual = signals
    (flat, parts), fields = as_planes(x), (as_fields(z)[0], as_fields(dual)[0])
    pull, made = np.empty_like(flat), np.empty((2, *fields[0].shape), flat.dtype)
    threads = workers(flat.size)
    bands = max(1, min(-(-threads // len(flat)), flat.shape[1]))
    numbers = np.empty((len(x), x.shape[1], 3), flat.dtype)
    numbers[..., 0] = pace.penalty[:, None].numpy()
    numbers[..., 1:] = pace.relax, weight
    numbers = numbers.reshape(-1, 3)
    share(_step, len(flat) * bands, threads, flat, *fields, numbers, *made, pull, bands, parts, isotropic)
    return as_tensor(made[0], x, z.shape), as_tensor(made[1], x, dual.shape), as_tensor(pull, x, x.shape)


@compiled
def _step(first, last, x, z, dual, numbers, newz, newq, pull, bands, parts, isotropic):
    height, width = x.shape[1:]
    work, across = np.zeros((4, width), x.dtype), np.empty(width, x.dtype)
    shares = np.empty((2, width), x.dtype)  # of this row and of the one above, in turn
    mine = np.empty((2, 2, 1, width), x.dtype)
    for task in range(first, last):
        n, band = task // bands, task % bands
        top, bottom = band * height // bands, (band + 1) * height // bands
        before = (top - 1) % height  # the row before a band is another's to keep, but its share is needed here
        above, here = shares[0], shares[1]
        _row(x[n], z[n], dual[n], before, numbers[n], work, mine[0], mine[1], 0, above, across, parts, isotropic)
        for i in range(top, bottom):
            _row(x[n], z[n], dual[n], i, numbers[n], work, newz[n], newq[n], i, here, across, parts, isotropic)
            row = pull[n, i]
            for j in range(parts):
                row[j] = above[j] - here[j] + across[width - parts + j] - across[j]
            _gather(above[parts:], here[parts:], across[: width - parts], across[parts:], row[parts:])
            above, here = here, above


@compiled
def _gather(above, here, before, across, row):
    for j in range(len(row)):
        row[j] = above[j] - here[j] + before[j] - across[j]


@compiled
def _row(x, z, dual, i, numbers, work, outz, outq, to, e0, e1, parts, isotropic):
    """Row `i` of z' and q', as rows `to` of outz and outq, and of rho z' - q', of both components; a signal has one."""
    height, width = x.shape
    axes, kind = len(dual), x.dtype.type
    one = kind(1)
    rho, relax, weight = numbers[0], numbers[1], numbers[2]
    inverse = one / weight if weight > 0 else kind(0)
    g0, g1, here, below, right = work[0], work[1], x[i], x[(i + 1) % height], e1
    z0, z1, q0, q1 = outz[0, to], outz[axes - 1, to], outq[0, to], outq[axes - 1, to]
    for j in range(width - parts):
        right[j] = here[parts + j]
    for j in range(parts):
        right[width - parts + j] = here[j]
    if axes == 2:
        _ahead(below, here, z[0, i], dual[0, i], rho, relax, g0)
    else:
        g0[:] = 0
    _ahead(right, here, z[axes - 1, i], dual[axes - 1, i], rho, relax, g1)
    if isotropic and parts == 1 and axes == 2 and i < height - 1:  # the common case in one pass
        last = g1[width - 1]
        g1[width - 1] = 0
        _shrink(g0, g1, weight, inverse, one / rho, (q0, q1), (z0, z1), (e0, e1))
        z1[width - 1], e1[width - 1] = last / rho, last
        return
    s0, s1, f0, f1 = work[2], work[3], e0, e1
    for j in range(width):
        s0[j] = inverse * g0[j]
    for j in range(width):
        s1[j] = inverse * g1[j]
    if i == height - 1:
        s0[:] = 0
    s1[width - parts :] = 0
    project(s0, s1, f0, f1, s0, s1, parts, isotropic)
    if axes == 2:
        _split(g0, s0, weight, rho, q0, z0, e0)
    else:
        e0[:] = 0
    _split(g1, s1, weight, rho, q1, z1, e1)


@compiled
def _split(g, s, weight, rho, q, z, e):
    """What of v the projection takes, q = weight s; z = (v - q) / rho and v - 2 q."""
    two = g.dtype.type(2)
    for j in range(len(g)):
        q[j] = weight * s[j]
    for j in range(len(g)):
        z[j] = (g[j] - q[j]) / rho
    for j in range(len(g)):
        e[j] = g[j] - two * q[j]


@compiled
def _ahead(there, here, z, dual, rho, relax, g):
    rest = here.dtype.type(1) - relax
    for j in range(len(g)):
        g[j] = rho * (relax * (there[j] - here[j]) + rest * z[j]) + dual[j]


@compiled
def _shrink(g0, g1, weight, inverse, over, duals, splits, pulls):
    (q0, q1), (z0, z1), (e0, e1) = duals, splits, pulls
    one = g0.dtype.type(1)
    for j in range(len(g0)):
        a, b = inverse * g0[j], inverse * g1[j]
        f = weight / np.sqrt(max(one, a * a + b * b))
        q0[j] = f * a
        q1[j] = f * b
    for j in range(len(g0)):
        rest = g0[j] - q0[j]
        z0[j] = over * rest
        e0[j] = rest - q0[j]
    for j in range(len(g1)):
        rest = g1[j] - q1[j]
        z1[j] = over * rest
        e1[j] = rest - q1[j]
