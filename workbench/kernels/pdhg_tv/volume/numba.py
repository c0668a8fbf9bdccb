"""The primal-dual step for total variation of volumes on the CPU: one pass over the planes, in slabs for threads.

Layouts are those of `tv.volume.numba`: signals (N, D, P), fields (N, d, D, P).
"""

import numpy as np
from torch import Tensor

from workbench.kernels.dispatch import compiled, share, workers
from workbench.kernels.pdhg_tv import Moves, Signals
from workbench.kernels.tv.numba import as_tensor
from workbench.kernels.tv.reference import Scale
from workbench.kernels.tv.volume.loops import differences, project
from workbench.kernels.tv.volume.numba import as_volume_fields, as_volumes, layout_of


def step(signals: Signals, dual: Tensor, moves: Moves, weight: float, isotropic: bool, scale: Scale) -> Signals:
    x = signals[0]
    flat, field = as_volumes(x), as_volume_fields(dual)
    made, q = np.empty((2, *flat.shape), flat.dtype), np.empty_like(field)
    threads = workers(flat.size)
    slabs = max(1, min(-(-threads // len(flat)), flat.shape[1]))
    numbers = np.empty((len(x), x.shape[1], 4), flat.dtype)
    numbers[..., 0], numbers[..., 1] = (steps[:, None].numpy() for steps in moves[:2])
    numbers[..., 2:] = weight, moves.theta
    others = (as_volumes(part) for part in signals[1:])
    places = flat, *others, field, numbers.reshape(-1, 4), *made, q
    share(_step, len(flat) * slabs, threads, *places, slabs, *layout_of(x, x.shape[2:], scale), isotropic)
    return as_tensor(made[0], x, x.shape), as_tensor(made[1], x, x.shape), as_tensor(q, x, dual.shape)


@compiled
def _step(first, last, x, ahead, slope, dual, numbers, new, further, q, slabs, scale, row, parts, isotropic):
    depth, size = x.shape[1:]
    axes, kind = dual.shape[1], x.dtype
    g, f, spare = np.empty((3, size), kind), np.empty((3, size), kind), np.zeros((3, size), kind)
    above, zero = np.zeros(size, kind), np.zeros(size, kind)
    for task in range(first, last):
        n, slab = task // slabs, task % slabs
        top, bottom = slab * depth // slabs, (slab + 1) * depth // slabs
        above[:] = 0
        if axes > 1 and top > 0:  # the dual before a slab is another's to keep, but needed here
            outs = above, spare[1], spare[2]
            _ascend(ahead[n], dual[n], top - 1, numbers[n], scale, g, f, outs, row, parts, isotropic)
        for i in range(top, bottom):
            outs = q[n, 0, i] if axes > 1 else spare[0], q[n, 1, i] if axes > 2 else spare[1], q[n, axes - 1, i]
            _ascend(ahead[n], dual[n], i, numbers[n], scale, g, f, outs, row, parts, isotropic)
            beyond = outs[0] if i < depth - 1 else zero  # what reaches outside belongs to no difference
            before = zero if i == 0 else above if i == top else q[n, 0, i - 1] if axes > 1 else zero
            _pull(beyond, before, outs[1], outs[2], scale, row, parts, f[0])
            _descend(x[n, i], slope[n, i], f[0], numbers[n], new[n, i], further[n, i])


@compiled
def _ascend(ahead, dual, i, numbers, scale, g, f, outs, row, parts, isotropic):
    """A plane of the projected dual."""
    depth, size = ahead.shape
    axes, one = len(dual), ahead.dtype.type(1)
    step, weight = numbers[1], numbers[2]
    inverse = one / weight if weight > 0 else weight
    here, beyond = ahead[i], ahead[min(i + 1, depth - 1)]
    differences(here, here, scale[1], row, g[1])
    if isotropic and parts == 1 and axes == 3:  # the common case in one pass
        duals = dual[0, i], dual[1, i], dual[2, i]
        _ascend_and_project(duals, here, beyond, g[1], scale, (step, weight, inverse), outs)
        return
    differences(beyond, here, scale[0], 0, g[0])
    differences(here, here, scale[2], parts, g[2])
    if axes > 1:
        _towards(dual[0, i], step, inverse, g[0])
    if axes > 2:
        _towards(dual[1, i], step, inverse, g[1])
    _towards(dual[axes - 1, i], step, inverse, g[2])
    project(g, f, outs[0], outs[1], outs[2], parts, isotropic)
    for out in outs:
        for k in range(size):
            out[k] *= weight


@compiled
def _towards(q, step, inverse, g):
    for k in range(len(g)):
        g[k] = inverse * (q[k] + step * g[k])


@compiled
def _ascend_and_project(duals, here, beyond, down, scale, numbers, outs):
    """`down` has the differences along the middle axis."""
    (q0, q1, q2), (step, weight, inverse), (out0, out1, out2) = duals, numbers, outs
    one, s2, last = here.dtype.type(1), scale[2], len(here) - 1
    length, right = scale[0, 0], here[1:]
    for k in range(last):
        g0 = inverse * (q0[k] + step * length * (beyond[k] - here[k]))
        g1 = inverse * (q1[k] + step * down[k])
        g2 = inverse * (q2[k] + step * s2[k] * (right[k] - here[k]))
        f = weight / np.sqrt(max(one, g0 * g0 + g1 * g1 + g2 * g2))
        out0[k] = f * g0
        out1[k] = f * g1
        out2[k] = f * g2
    g0 = inverse * (q0[last] + step * length * (beyond[last] - here[last]))
    g1, g2 = inverse * (q1[last] + step * down[last]), inverse * q2[last]
    f = weight / np.sqrt(max(one, g0 * g0 + g1 * g1 + g2 * g2))
    out0[last], out1[last], out2[last] = f * g0, f * g1, f * g2


@compiled
def _pull(here, before, rows, across, scale, row, parts, out):
    """The divergence in a plane."""
    s0, s1, s2 = scale[0, 0], scale[1], scale[2]
    for k in range(len(out)):
        out[k] = s0 * (here[k] - before[k]) + s1[k] * rows[k] + s2[k] * across[k]
    below, right = out[row:], out[parts:]
    for k in range(len(out) - row):
        below[k] -= s1[k] * rows[k]
    for k in range(len(out) - parts):
        right[k] -= s2[k] * across[k]


@compiled
def _descend(x, slope, pull, numbers, new, further):
    tau, theta = numbers[0], numbers[3]
    for k in range(len(x)):
        moved = tau * (pull[k] - slope[k])
        new[k] = x[k] + moved
        further[k] = new[k] + theta * moved
