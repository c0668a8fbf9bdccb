"""Total variation of volumes, compiled plane by plane: loops over a whole plane, for which a short row costs nothing.

A kernel serves the planes first..last of all signals; names and layouts are those of `tv.volume.numba`. A neighbour is
one plane, one `row` or one pixel (`parts` numbers) further; `scale` (3, P) is 0 where it would be outside. What a
signal with fewer axes lacks is a plane of zeros.
"""

import numpy as np

from workbench.kernels.dispatch import compiled
from workbench.kernels.tv.sums import inner, slope_of
from workbench.kernels.tv.volume.loops import (
    add,
    add_to,
    differences,
    distance,
    extrapolate,
    kept,
    project,
    pull_back,
    size_of,
)


@compiled
def gradient(first, last, x, out, scale, row, parts):
    depth, axes = x.shape[1], out.shape[1]
    for task in range(first, last):
        n, i = task // depth, task % depth
        here = x[n, i]
        if axes > 1:
            differences(x[n, min(i + 1, depth - 1)], here, scale[0], 0, out[n, 0, i])
        if axes > 2:
            differences(here, here, scale[1], row, out[n, 1, i])
        differences(here, here, scale[2], parts, out[n, axes - 1, i])


@compiled
def divergence(first, last, p, out, scale, row, parts):
    axes, depth = p.shape[1:3]
    for task in range(first, last):
        n, i = task // depth, task % depth
        plane = out[n, i]
        plane[:] = 0
        pull_back(p[n, axes - 1, i], scale[2], parts, plane)
        if axes > 2:
            pull_back(p[n, 1, i], scale[1], row, plane)
        if axes > 1 and i < depth - 1:
            add(p[n, 0, i], scale[0, 0], plane)
        if axes > 1 and i > 0:
            add(p[n, 0, i - 1], -scale[0, 0], plane)


@compiled
def variation(first, last, x, sums, scale, row, parts, isotropic):
    """Each plane's share of the total variation, (N, D)."""
    depth, size = x.shape[1:]
    g, f = np.empty((3, size), x.dtype), np.empty((3, size), x.dtype)
    for task in range(first, last):
        n, i = task // depth, task % depth
        slopes(x[n, i], x[n, min(i + 1, depth - 1)], scale, row, parts, g)
        sums[n, i] = size_of(g, f, parts, isotropic)


@compiled
def feasible(first, last, start, state, scale, parts, isotropic):
    """The start made feasible: moduli at most 1 and nothing across the ends."""
    axes, depth, size = start.shape[1:]
    g, f, out = np.zeros((3, size), start.dtype), np.empty((3, size), start.dtype), np.empty((3, size), start.dtype)
    for task in range(first, last):
        n, i = task // depth, task % depth
        for a in range(axes):
            kept(start[n, a, i], scale[place(a, axes)], g[place(a, axes)])
        if i == depth - 1:
            g[0] = 0
        project(g, f, out[0], out[1], out[2], parts, isotropic)
        for a in range(axes):
            state[n, a, i] = out[place(a, axes)]


@compiled
def advance(
    first, last, x, weights, steps, betas, active, p, before, out, uphill, scale, watched, row, parts, isotropic
):
    """One dual step on each plane, and each plane's share in the restart test where it is watched."""
    depth, size = x.shape[1:]
    axes, kind = p.shape[1], x.dtype
    r, u = np.zeros((2, 3, size), kind), np.empty((2, size), kind)
    above, spare = np.zeros(size, kind), np.zeros((2, size), kind)
    g, f = np.empty((3, size), kind), np.empty((3, size), kind)
    here, ahead, fresh = 0, 1, True
    for task in range(first, last):
        n, i = active[task // depth], task % depth
        t, beta = weights[n], betas[n]
        if fresh or i == 0:
            above[:] = 0
            if i > 0 and axes > 1:
                extrapolate(p[n, 0, i - 1], before[n, 0, i - 1], beta, above)
            _plane(x[n, i], t, beta, p[n], before[n], i, above, r[here], u[here], scale, row, parts)
            fresh = False
        if i < depth - 1:
            _plane(x[n, i + 1], t, beta, p[n], before[n], i + 1, r[here, 0], r[ahead], u[ahead], scale, row, parts)
        beyond = u[ahead] if i < depth - 1 else u[here]
        outs = out[n, 0, i] if axes > 1 else spare[0], out[n, 1, i] if axes > 2 else spare[1], out[n, axes - 1, i]
        duals = r[here, 0], r[here, 1], r[here, 2]
        if isotropic and parts == 1:
            _ascend_and_project(duals, steps[n], scale, u[here], beyond, row, outs)
        else:
            slopes(u[here], beyond, scale, row, parts, g)
            for a in range(3):
                add_to(duals[a], steps[n], g[a])
            project(g, f, outs[0], outs[1], outs[2], parts, isotropic)
        if watched:
            slope = slope_of(duals[2], outs[2], p[n, axes - 1, i])
            if axes > 1:
                slope += slope_of(duals[0], outs[0], p[n, 0, i])
            if axes > 2:
                slope += slope_of(duals[1], outs[1], p[n, 1, i])
            uphill[n, i] = slope
        here, ahead = ahead, here


@compiled
def certify(first, last, x, weights, active, p, u, sums, scale, row, parts, isotropic):
    """u = x + t div p and each plane's sums of |u - x|^2, of |Du| and of |Du| - <Du, p>."""
    depth, size = x.shape[1:]
    axes, kind = p.shape[1], x.dtype
    zero = kind.type(0)
    r, planes, above = np.zeros((2, 3, size), kind), np.empty((2, size), kind), np.zeros(size, kind)
    g, f = np.empty((3, size), kind), np.empty((3, size), kind)
    here, ahead, fresh = 0, 1, True
    for task in range(first, last):
        n, i = active[task // depth], task % depth
        t = weights[n]
        if fresh or i == 0:
            above[:] = 0
            if i > 0 and axes > 1:
                above[:] = p[n, 0, i - 1]
            _plane(x[n, i], t, zero, p[n], p[n], i, above, r[here], planes[here], scale, row, parts)
            fresh = False
        if i < depth - 1:
            _plane(x[n, i + 1], t, zero, p[n], p[n], i + 1, r[here, 0], r[ahead], planes[ahead], scale, row, parts)
        beyond = planes[ahead] if i < depth - 1 else planes[here]
        slopes(planes[here], beyond, scale, row, parts, g)
        total, product = size_of(g, f, parts, isotropic), 0.0
        for a in range(3):
            product += inner(g[a], r[here, a])
        u[n, i] = planes[here]
        sums[n, i, 0], sums[n, i, 1], sums[n, i, 2] = distance(planes[here], x[n, i]), total, total - product
        here, ahead = ahead, here


@compiled
def place(a, axes):
    """Which of the three axes of a volume is that of a signal with fewer."""
    return 2 if a == axes - 1 else a


@compiled
def slopes(here, beyond, scale, row, parts, g):
    """Du in a plane, each component a plane of g."""
    differences(beyond, here, scale[0], 0, g[0])
    differences(here, here, scale[1], row, g[1])
    differences(here, here, scale[2], parts, g[2])


@compiled
def _plane(x, t, beta, p, before, i, above, r, u, scale, row, parts):
    """r = p + beta (p - before) and u = x + t div r of plane i; `above` is r's first component one plane before."""
    axes, size = len(p), len(x)
    if axes > 1:
        extrapolate(p[0, i], before[0, i], beta, r[0])
    if axes > 2:
        extrapolate(p[1, i], before[1, i], beta, r[1])
    extrapolate(p[axes - 1, i], before[axes - 1, i], beta, r[2])
    # A dual is 0 across the ends of an axis: a whole plane has one rule.
    s0, s1, s2 = t * scale[0, 0], t * scale[1, 0], t * scale[2, 0]
    r0, r1, r2 = r[0], r[1], r[2]
    for k in range(parts):
        u[k] = x[k] + s0 * (r0[k] - above[k]) + s1 * r1[k] + s2 * r2[k]
    for k in range(parts, row):
        u[k] = x[k] + s0 * (r0[k] - above[k]) + s1 * r1[k] + s2 * (r2[k] - r2[k - parts])
    rest = size - row
    a, b, c, d, e, f, y, out = r0[row:], above[row:], r1[row:], r1[:rest], r2[row:], r2[row - parts :], x[row:], u[row:]
    for k in range(rest):
        out[k] = y[k] + s0 * (a[k] - b[k]) + s1 * (c[k] - d[k]) + s2 * (e[k] - f[k])


@compiled
def _ascend_and_project(duals, step, scale, u, beyond, row, outs):
    (r0, r1, r2), (out0, out1, out2) = duals, outs
    one, size = u.dtype.type(1), len(u)
    length, s1, s2 = step * scale[0, 0], scale[1], scale[2]
    rest = size - row
    below, right = u[row:], u[1:]
    for k in range(rest):
        g0 = r0[k] + length * (beyond[k] - u[k])
        g1 = r1[k] + step * s1[k] * (below[k] - u[k])
        g2 = r2[k] + step * s2[k] * (right[k] - u[k])
        f = one / np.sqrt(max(one, g0 * g0 + g1 * g1 + g2 * g2))
        out0[k] = g0 * f
        out1[k] = g1 * f
        out2[k] = g2 * f
    for k in range(rest, size):  # the last row: its dual ends there
        g0 = r0[k] + length * (beyond[k] - u[k])
        g2 = r2[k] + step * s2[k] * (u[min(k + 1, size - 1)] - u[k])
        f = one / np.sqrt(max(one, g0 * g0 + g2 * g2))
        out0[k] = g0 * f
        out1[k] = 0
        out2[k] = g2 * f
