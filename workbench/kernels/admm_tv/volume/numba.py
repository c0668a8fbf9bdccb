"""ADMM's pass for total variation of volumes on the CPU: plane by plane, in slabs for threads.

Layouts are those of `tv.volume.numba`: signals (N, D, P), fields (N, d, D, P).
"""

import numpy as np

from workbench.kernels.admm_tv import PenaltyPace, Split
from workbench.kernels.dispatch import compiled, share, workers
from workbench.kernels.tv.numba import as_tensor
from workbench.kernels.tv.reference import Scale
from workbench.kernels.tv.volume.loops import project
from workbench.kernels.tv.volume.numba import as_volume_fields, as_volumes, layout_of


def step(signals: Split, pace: PenaltyPace, weight: float, isotropic: bool, scale: Scale) -> Split:
    x, z, dual = signals
    flat, fields = as_volumes(x), (as_volume_fields(z), as_volume_fields(dual))
    pull, made = np.empty_like(flat), np.empty((2, *fields[0].shape), flat.dtype)
    threads = workers(flat.size)
    slabs = max(1, min(-(-threads // len(flat)), flat.shape[1]))
    numbers = np.empty((len(x), x.shape[1], 3), flat.dtype)
    numbers[..., 0] = pace.penalty[:, None].numpy()
    numbers[..., 1:] = pace.relax, weight
    places = flat, *fields, numbers.reshape(-1, 3), *made, pull
    steps = np.array(scale if len(scale) == 3 else (scale[0] if len(scale) == 2 else 0, 0, scale[-1]), flat.dtype)
    share(_step, len(flat) * slabs, threads, *places, slabs, steps, *layout_of(x, x.shape[2:], scale), isotropic)
    return as_tensor(made[0], x, z.shape), as_tensor(made[1], x, dual.shape), as_tensor(pull, x, x.shape)


@compiled
def _step(first, last, x, z, dual, numbers, newz, newq, pull, slabs, steps, scale, row, parts, isotropic):
    depth, size = x.shape[1:]
    axes, kind = z.shape[1], x.dtype
    work, spare, e = np.zeros((9, size), kind), np.zeros((6, size), kind), np.zeros((3, size), kind)
    above = np.zeros(size, kind)
    for task in range(first, last):
        n, slab = task // slabs, task % slabs
        top, bottom = slab * depth // slabs, (slab + 1) * depth // slabs
        if axes > 1:  # the plane before a slab is another's to keep, but its share is needed here
            outs = (spare[0], spare[1], spare[2]), (spare[3], spare[4], spare[5]), (above, e[1], e[2])
            before = (top - 1) % depth
            _plane(x[n], z[n], dual[n], before, numbers[n], steps, scale, work, outs, row, parts, isotropic)
        for i in range(top, bottom):
            splits = (
                newz[n, 0, i] if axes > 1 else spare[0],
                newz[n, 1, i] if axes > 2 else spare[1],
                newz[n, axes - 1, i],
            )
            duals = (
                newq[n, 0, i] if axes > 1 else spare[3],
                newq[n, 1, i] if axes > 2 else spare[4],
                newq[n, axes - 1, i],
            )
            outs = splits, duals, (e[0], e[1], e[2])
            _plane(x[n], z[n], dual[n], i, numbers[n], steps, scale, work, outs, row, parts, isotropic)
            _gather(above, e, pull[n, i], row, parts)
            above[:] = e[0]


@compiled
def _gather(above, e, pull, row, parts):
    """The adjoint of differences that go round, of what each axis has here and one before."""
    size = len(pull)
    rest, here, rows, across = size - row, e[0], e[1], e[2]
    for k in range(size):
        pull[k] = above[k] - here[k] - rows[k] - across[k]
    below, right = pull[row:], pull[parts:]
    for k in range(rest):
        below[k] += rows[k]
    for k in range(row):
        pull[k] += rows[rest + k]
    for k in range(size - parts):
        right[k] += across[k]
    for start in range(0, size, row):  # what went to the next row belongs to the first pixel of its own
        for k in range(parts):
            end = across[start + row - parts + k]
            pull[start + k] += end
            if start + row < size:
                pull[start + row + k] -= end


@compiled
def _around(x, row, parts, below, right):
    """One row and one pixel further, round each end."""
    size = len(x)
    below[: size - row] = x[row:]
    below[size - row :] = x[:row]
    right[: size - parts] = x[parts:]
    for start in range(0, size, row):
        for k in range(parts):
            right[start + row - parts + k] = x[start + k]


@compiled
def _plane(x, z, dual, i, numbers, steps, scale, work, outs, row, parts, isotropic):
    """A plane of z' and q', and of D's scale times rho z' - q', in all components."""
    splits, duals, shares = outs
    depth, axes, kind = len(x), len(dual), x.dtype.type
    rho, relax, weight = numbers[0], numbers[1], numbers[2]
    inverse = kind(1) / weight if weight > 0 else kind(0)
    g, s, f, here = work[:3], work[3:6], work[6:], x[i]
    _around(here, row, parts, f[1], f[2])
    if axes > 1:
        _ahead(x[(i + 1) % depth], here, z[0, i], dual[0, i], rho, relax, steps[0], g[0])
    if axes > 2:
        _ahead(f[1], here, z[1, i], dual[1, i], rho, relax, steps[1], g[1])
    _ahead(f[2], here, z[axes - 1, i], dual[axes - 1, i], rho, relax, steps[2], g[2])
    _bounded(g[0], scale[0], inverse if i < depth - 1 else kind(0), s[0])
    _bounded(g[1], scale[1], inverse, s[1])
    _bounded(g[2], scale[2], inverse, s[2])
    if isotropic and parts == 1:
        _project(s[0], s[1], s[2], weight, duals)
    else:
        project(s, f, duals[0], duals[1], duals[2], parts, isotropic)
        for q in duals:
            for k in range(len(q)):
                q[k] *= weight
    for a in range(3):
        _share(g[a], duals[a], kind(1) / rho, steps[a], splits[a], shares[a])


@compiled
def _bounded(g, scale, inverse, s):
    """g in units of its bound, 0 where it goes round."""
    zero = g.dtype.type(0)
    for k in range(len(g)):
        s[k] = inverse * g[k] if scale[k] != zero else zero


@compiled
def _project(s0, s1, s2, weight, duals):
    q0, q1, q2 = duals
    one = s0.dtype.type(1)
    for k in range(len(s0)):
        f = weight / np.sqrt(max(one, s0[k] * s0[k] + s1[k] * s1[k] + s2[k] * s2[k]))
        q0[k] = f * s0[k]
        q1[k] = f * s1[k]
        q2[k] = f * s2[k]


@compiled
def _ahead(there, here, z, dual, rho, relax, scale, g):
    rest, moved = here.dtype.type(1) - relax, relax * scale
    for k in range(len(g)):
        g[k] = rho * (moved * (there[k] - here[k]) + rest * z[k]) + dual[k]


@compiled
def _share(g, q, over, scale, z, e):
    """z = (g - q) / rho, and the scale times g - 2 q."""
    for k in range(len(g)):
        rest = g[k] - q[k]
        z[k] = over * rest
        e[k] = scale * (rest - q[k])
