"""Total variation, compiled row by row: every inner loop writes one row, so that it becomes vector instructions.

A kernel serves the tasks first..last of all: rows, planes, or bands of rows. Names and layouts are those of `tv.numba`.
"""

import numpy as np

from workbench.kernels.dispatch import compiled
from workbench.kernels.tv.sums import inner, roots, slope_of


@compiled
def gradient(first, last, x, out, parts):
    height, width = x.shape[1:]
    for task in range(first, last):
        n, i = task // height, task % height
        if out.shape[1] == 2:
            subtract(x[n, min(i + 1, height - 1)], x[n, i], out[n, 0, i])
        subtract(x[n, i, parts:], x[n, i, : width - parts], out[n, -1, i, : width - parts])
        out[n, -1, i, width - parts :] = 0


@compiled
def divergence(first, last, p, out, parts):
    height, width = p.shape[2:]
    inside = width - parts
    for task in range(first, last):
        n, i = task // height, task % height
        row, across = out[n, i], p[n, -1, i]
        row[:inside] = across[:inside]
        row[inside:] = 0
        subtract(row[parts:], across[:inside], row[parts:])
        if p.shape[1] == 2:
            if i < height - 1:
                _add(row, p[n, 0, i], row)
            if i > 0:
                subtract(row, p[n, 0, i - 1], row)


@compiled
def variation(first, last, x, rows, parts, isotropic):
    """Each row's share of the total variation, (N, H)."""
    height, width = x.shape[1:]
    g, f = np.empty((2, width), x.dtype), np.empty((2, width), x.dtype)
    g[1, width - parts :] = 0
    for task in range(first, last):
        n, i = task // height, task % height
        subtract(x[n, min(i + 1, height - 1)], x[n, i], g[0])
        subtract(x[n, i, parts:], x[n, i, : width - parts], g[1, : width - parts])
        rows[n, i] = _size(g[0], g[1], f[0], f[1], parts, isotropic)


@compiled
def feasible(first, last, start, state, parts, isotropic):
    """The start made feasible, moduli at most 1 and nothing across the last row and column, as both duals."""
    axes, height, width = start.shape[1:]
    g, f = np.zeros((2, width), start.dtype), np.empty((2, width), start.dtype)
    for n in range(first, last):
        for i in range(height):
            g[2 - axes :] = start[n, :, i]
            g[1, width - parts :] = 0
            if i == height - 1:
                g[0] = 0
            project(g[0], g[1], f[0], f[1], state[n, 0, i, 0], state[n, 0, i, 1], parts, isotropic)
        state[n, 1] = state[n, 0]


@compiled
def advance(first, last, x, weights, steps, betas, active, old, new, work, u, uphill, sums, bands, parts, isotropic):
    """As many dual steps as there are betas on each band, then its share of the certificate.

    A band takes along a margin that goes stale by one row a step: threads meet once a block, not once a step.
    """
    height = x.shape[1]
    block, margin = betas.shape[1], betas.shape[1] + 1
    tasks = len(active) * bands
    mine = work[-(-first * min(len(work), tasks) // tasks)]  # share's k-th range begins at tasks * k // threads
    for task in range(first, last):
        n, band = active[task // bands], task % bands
        top, bottom = band * height // bands, (band + 1) * height // bands
        low, high = max(0, top - margin), min(height, bottom + margin)
        own, pixels = slice(top - low, bottom - low), x[n, low:high]
        this, before = old[n, 0, low:high], old[n, 1, low:high]
        for s in range(block):
            start, stop = max(low, top - block + s) - low, min(high, bottom + block - s) - low
            watched = own if s == block - 1 else slice(0, 0)
            out = mine[s % 3]
            scalars = weights[n], steps[n], betas[n, s]
            _step(pixels, *scalars, this, before, out, start, stop, uphill[n, low:high], watched, parts, isotropic)
            this, before = out, this
        _certify(pixels, weights[n], this, u[n, low:high], sums[n, low:high], own, parts, isotropic)
        if block > 0:
            new[n, 0, top:bottom], new[n, 1, top:bottom] = this[own], before[own]


@compiled
def _step(x, t, step, beta, p, before, out, start, stop, uphill, watched, parts, isotropic):
    """One dual step on the rows start..stop; uphill is the share in the restart test of each row that is watched."""
    height, width = x.shape
    kind = x.dtype
    r0, next0, above = np.empty(width, kind), np.empty(width, kind), np.zeros(width, kind)
    r1, next1 = np.zeros(width + parts, kind), np.zeros(width + parts, kind)  # led by zeros, left of the first pixel
    u, below = np.empty(width + parts, kind), np.empty(width + parts, kind)
    g, f = np.empty((2, width), kind), np.empty((2, width), kind)
    if start > 0:
        _extrapolate(p[start - 1, 0], before[start - 1, 0], beta, above)
    _extrapolate(p[start, 0], before[start, 0], beta, r0)
    _extrapolate(p[start, 1], before[start, 1], beta, r1[parts:])
    _primal(x[start], t, r0, above, r1, u, parts)
    for i in range(start, stop):
        if i + 1 < height:
            _extrapolate(p[i + 1, 0], before[i + 1, 0], beta, next0)
            _extrapolate(p[i + 1, 1], before[i + 1, 1], beta, next1[parts:])
            _primal(x[i + 1], t, next0, r0, next1, below, parts)
        else:
            below[:] = u
        if isotropic and parts == 1:  # the common case in one pass, which takes two thirds of the time of its parts
            _ascend_and_project(r0, r1[1:], step, below, u[1:], u, out[i, 0], out[i, 1])
        else:
            _ascend(r0, step, below, u, g[0])
            _ascend(r1[parts:], step, u[parts:], u, g[1])
            project(g[0], g[1], f[0], f[1], out[i, 0], out[i, 1], parts, isotropic)
        if watched.start <= i < watched.stop:
            uphill[i] = slope_of(r0, out[i, 0], p[i, 0]) + slope_of(r1[parts:], out[i, 1], p[i, 1])
        r0, next0 = next0, r0
        r1, next1 = next1, r1
        u, below = below, u


@compiled
def _certify(x, t, p, u, sums, own, parts, isotropic):
    """On its own rows, u = x + t div p and the sums of |u - x|^2, of |Du| and of |Du| - <Du, p>."""
    height, width = x.shape
    kind = x.dtype
    left, zero = np.zeros(width + parts, kind), np.zeros(width, kind)
    row, below = np.empty(width + parts, kind), np.empty(width + parts, kind)
    g, f = np.empty((2, width), kind), np.empty((2, width), kind)
    start = own.start
    left[parts:] = p[start, 1]
    _primal(x[start], t, p[start, 0], p[start - 1, 0] if start > 0 else zero, left, row, parts)
    for i in range(start, own.stop):
        if i + 1 < height:
            left[parts:] = p[i + 1, 1]
            _primal(x[i + 1], t, p[i + 1, 0], p[i, 0], left, below, parts)
        else:
            below[:] = row
        u[i] = row[:width]
        subtract(below, row, g[0])
        subtract(row[parts:], row, g[1])
        size = _size(g[0], g[1], f[0], f[1], parts, isotropic)
        subtract(row, x[i], f[0])
        sums[i, 0], sums[i, 1] = inner(f[0], f[0]), size
        sums[i, 2] = size - inner(g[0], p[i, 0]) - inner(g[1], p[i, 1])
        row, below = below, row


@compiled
def subtract(a, b, out):
    for j in range(len(out)):
        out[j] = a[j] - b[j]


@compiled
def _add(a, b, out):
    for j in range(len(out)):
        out[j] = a[j] + b[j]


@compiled
def _extrapolate(p, before, beta, out):
    for j in range(len(out)):
        out[j] = p[j] + beta * (p[j] - before[j])


@compiled
def _primal(x, t, r0, above, r1, u, parts):
    """A row of u = x + t div r, its last pixel repeated; r1 is led by zeros."""
    here = r1[parts:]
    for j in range(len(x)):
        u[j] = x[j] + t * (r0[j] - above[j] + here[j] - r1[j])
    u[len(x) :] = u[len(x) - parts : len(x)]


@compiled
def _ascend(r, step, ahead, u, out):
    for j in range(len(out)):
        out[j] = r[j] + step * (ahead[j] - u[j])


@compiled
def _ascend_and_project(r0, r1, step, below, right, u, out0, out1):
    one = u.dtype.type(1)
    for j in range(len(out0)):
        g0 = r0[j] + step * (below[j] - u[j])
        g1 = r1[j] + step * (right[j] - u[j])
        f = one / np.sqrt(max(one, g0 * g0 + g1 * g1))
        out0[j] = g0 * f
        out1[j] = g1 * f


@compiled
def _squares(g0, g1, f0, f1, parts, isotropic):
    """Squared moduli: of the pixel in f0 (isotropic), or of each difference in f0 and f1, repeated in all parts."""
    if isotropic:
        for j in range(len(f0)):
            f0[j] = g0[j] * g0[j] + g1[j] * g1[j]
    else:
        for j in range(len(f0)):
            f0[j] = g0[j] * g0[j]
        for j in range(len(f1)):
            f1[j] = g1[j] * g1[j]
    if parts == 2:
        _pair(f0)
        if not isotropic:
            _pair(f1)


@compiled
def _pair(f):
    for j in range(len(f) // 2):
        f[2 * j] = f[2 * j] + f[2 * j + 1]
        f[2 * j + 1] = f[2 * j]


@compiled
def project(g0, g1, f0, f1, out0, out1, parts, isotropic):
    """g / max(1, |g|)."""
    _squares(g0, g1, f0, f1, parts, isotropic)
    _shrinkage(f0)
    if not isotropic:
        _shrinkage(f1)
    shared = f0 if isotropic else f1
    for j in range(len(g0)):
        out0[j] = g0[j] * f0[j]
    for j in range(len(g1)):
        out1[j] = g1[j] * shared[j]


@compiled
def _shrinkage(f):
    one = f.dtype.type(1)
    for j in range(len(f)):
        f[j] = one / np.sqrt(max(one, f[j]))


@compiled
def _size(g0, g1, f0, f1, parts, isotropic):
    """The sum of the moduli of a row."""
    _squares(g0, g1, f0, f1, parts, isotropic)
    size = roots(f0)
    if not isotropic:
        size += roots(f1)
    return size / parts
