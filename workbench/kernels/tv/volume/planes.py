"""Total variation of volumes, compiled plane by plane: loops over a whole plane, for which a short row costs nothing.

A kernel serves the planes first..last of all signals; names and layouts are those of `tv.volume.numba`. A neighbour is
one plane, one `row` or one pixel (`parts` numbers) further; `scale` (3, P) is 0 where it would be outside. What a
signal with fewer axes lacks is a plane of zeros.
"""

import numpy as np

from workbench.kernels.dispatch import compiled


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
        _back(p[n, axes - 1, i], scale[2], parts, plane)
        if axes > 2:
            _back(p[n, 1, i], scale[1], row, plane)
        if axes > 1 and i < depth - 1:
            _add(p[n, 0, i], scale[0, 0], plane)
        if axes > 1 and i > 0:
            _add(p[n, 0, i - 1], -scale[0, 0], plane)


@compiled
def variation(first, last, x, sums, scale, row, parts, isotropic):
    """Each plane's share of the total variation, (N, D)."""
    depth, size = x.shape[1:]
    g, f = np.empty((3, size), x.dtype), np.empty((3, size), x.dtype)
    for task in range(first, last):
        n, i = task // depth, task % depth
        slopes(x[n, i], x[n, min(i + 1, depth - 1)], scale, row, parts, g)
        sums[n, i] = _size(g, f, parts, isotropic)


@compiled
def feasible(first, last, start, state, scale, parts, isotropic):
    """The start made feasible: moduli at most 1 and nothing across the ends."""
    axes, depth, size = start.shape[1:]
    g, f, out = np.zeros((3, size), start.dtype), np.empty((3, size), start.dtype), np.empty((3, size), start.dtype)
    for task in range(first, last):
        n, i = task // depth, task % depth
        for a in range(axes):
            _kept(start[n, a, i], scale[place(a, axes)], g[place(a, axes)])
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
                _extrapolate(p[n, 0, i - 1], before[n, 0, i - 1], beta, above)
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
                _add_to(duals[a], steps[n], g[a])
            project(g, f, outs[0], outs[1], outs[2], parts, isotropic)
        if watched:
            slope = _slope(duals[2], outs[2], p[n, axes - 1, i])
            if axes > 1:
                slope += _slope(duals[0], outs[0], p[n, 0, i])
            if axes > 2:
                slope += _slope(duals[1], outs[1], p[n, 1, i])
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
        total, inner = _size(g, f, parts, isotropic), 0.0
        for a in range(3):
            inner += _inner(g[a], r[here, a])
        u[n, i] = planes[here]
        sums[n, i, 0], sums[n, i, 1], sums[n, i, 2] = _distance(planes[here], x[n, i]), total, total - inner
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
def differences(there, here, scale, step, out):
    """scale (there[k + step] - here[k]), 0 beyond the end."""
    inside = len(out) - step
    ahead = there[step:]
    for k in range(inside):
        out[k] = scale[k] * (ahead[k] - here[k])
    out[inside:] = 0


@compiled
def _back(p, scale, step, out):
    """out less the adjoint of `differences`; the last ones have a scale of 0."""
    inside = len(out) - step
    ahead = out[step:]
    for k in range(inside):
        out[k] += scale[k] * p[k]
    for k in range(inside):
        ahead[k] -= scale[k] * p[k]


@compiled
def _plane(x, t, beta, p, before, i, above, r, u, scale, row, parts):
    """r = p + beta (p - before) and u = x + t div r of plane i; `above` is r's first component one plane before."""
    axes, size = len(p), len(x)
    if axes > 1:
        _extrapolate(p[0, i], before[0, i], beta, r[0])
    if axes > 2:
        _extrapolate(p[1, i], before[1, i], beta, r[1])
    _extrapolate(p[axes - 1, i], before[axes - 1, i], beta, r[2])
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
def _add(a, scale, out):
    for k in range(len(out)):
        out[k] += scale * a[k]


@compiled
def _add_to(a, scale, out):
    for k in range(len(out)):
        out[k] = a[k] + scale * out[k]


@compiled
def _kept(a, scale, out):
    for k in range(len(out)):
        out[k] = a[k] if scale[k] != 0 else 0


@compiled
def _extrapolate(p, before, beta, out):
    for k in range(len(out)):
        out[k] = p[k] + beta * (p[k] - before[k])


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


@compiled
def _squares(g, f, parts, isotropic):
    """Squared moduli of the pixels (isotropic) or of each difference, in all parts of it."""
    size = g.shape[1]
    for a in range(3):
        square(g[a], f[a])
    if isotropic:
        _sum(f[0], f[1], f[2])
    for a in range(3):
        if parts == 2 and (a == 0 or not isotropic):
            for k in range(size // 2):
                f[a, 2 * k] += f[a, 2 * k + 1]
                f[a, 2 * k + 1] = f[a, 2 * k]
    if isotropic:
        f[1] = f[0]
        f[2] = f[0]


@compiled
def square(g, f):
    for k in range(len(g)):
        f[k] = g[k] * g[k]


@compiled
def _sum(a, b, c):
    for k in range(len(a)):
        a[k] += b[k] + c[k]


@compiled
def project(g, f, out0, out1, out2, parts, isotropic):
    """g / max(1, |g|)."""
    _squares(g, f, parts, isotropic)
    _shrunk(g[0], f[0], out0)
    _shrunk(g[1], f[1], out1)
    _shrunk(g[2], f[2], out2)


@compiled
def _shrunk(g, f, out):
    one = g.dtype.type(1)
    for k in range(len(g)):
        out[k] = g[k] / np.sqrt(max(one, f[k]))


@compiled
def _size(g, f, parts, isotropic):
    """The sum of the moduli of a plane."""
    _squares(g, f, parts, isotropic)
    total = 0.0
    for a in range(1 if isotropic else 3):
        total += _roots(f[a])
    return total / parts


@compiled
def _roots(f):
    total = 0.0
    for k in range(len(f)):
        total += np.sqrt(f[k])
    return total


@compiled
def _inner(a, b):
    total = 0.0  # in double precision: the gap is a small difference of sums
    for k in range(len(a)):
        total += a[k] * b[k]
    return total


@compiled
def _distance(a, b):
    total = 0.0
    for k in range(len(a)):
        total += (a[k] - b[k]) * (a[k] - b[k])
    return total


@compiled
def _slope(r, q, p):
    """<r - q, q - p>: positive where the last step went against the gradient."""
    total = r.dtype.type(0)
    for k in range(len(r)):
        total += (r[k] - q[k]) * (q[k] - p[k])
    return total
