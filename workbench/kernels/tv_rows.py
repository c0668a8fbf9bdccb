"""Total variation, compiled row by row: every inner loop writes one row, so that it becomes vector instructions.

A kernel serves the tasks first..last of all: rows, planes, or bands of rows. Names and layouts are those of tv_numba.
"""

import numpy as np

from workbench.kernels.dispatch import compiled


@compiled
def gradient(first, last, x, out, parts):
    height, width = x.shape[1:]
    for task in range(first, last):
        n, i = task // height, task % height
        if out.shape[1] == 2:
            _subtract(x[n, min(i + 1, height - 1)], x[n, i], out[n, 0, i])
        _subtract(x[n, i, parts:], x[n, i, : width - parts], out[n, -1, i, : width - parts])
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
        _subtract(row[parts:], across[:inside], row[parts:])
        if p.shape[1] == 2:
            if i < height - 1:
                _add(row, p[n, 0, i], row)
            if i > 0:
                _subtract(row, p[n, 0, i - 1], row)


@compiled
def variation(first, last, x, rows, parts, isotropic):
    """Each row's share of the total variation, (N, H)."""
    height, width = x.shape[1:]
    g, f = np.empty((2, width), x.dtype), np.empty((2, width), x.dtype)
    g[1, width - parts :] = 0
    for task in range(first, last):
        n, i = task // height, task % height
        _subtract(x[n, min(i + 1, height - 1)], x[n, i], g[0])
        _subtract(x[n, i, parts:], x[n, i, : width - parts], g[1, : width - parts])
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
            _project(g[0], g[1], f[0], f[1], state[n, 0, 0, i], state[n, 0, 1, i], parts, isotropic)
        state[n, 1] = state[n, 0]


@compiled
def advance(first, last, x, weights, steps, betas, active, old, new, u, uphill, sums, bands, parts, isotropic):  # noqa: PLR0913, PLR0917
    """As many dual steps as there are betas on each band, then its share of the certificate.

    A band takes along a margin that goes stale by one row a step: threads meet once a block, not once a step.
    """
    height, width = x.shape[1:]
    block, kind = betas.shape[1], x.dtype
    work = np.empty((3, 2, min(height, -(-height // bands) + 2 * block + 2), width), kind)
    for task in range(first, last):
        n, band = active[task // bands], task % bands
        top, bottom = band * height // bands, (band + 1) * height // bands
        low, high = max(0, top - block - 1), min(height, bottom + block + 1)
        rows = high - low
        work[0, :, :rows] = old[n, 0, :, low:high]
        work[2, :, :rows] = old[n, 1, :, low:high]
        for s in range(block):
            reach = block - s
            start, stop = max(0, top - reach) - low, min(height, bottom + reach) - low
            this, before, following = work[s % 3], work[(s + 2) % 3], work[(s + 1) % 3]
            slopes = uphill[n, top:bottom] if s == block - 1 else uphill[n, :0]
            _step(
                x[n, low:high],
                weights[n],
                steps[n],
                betas[n, s],
                this,
                before,
                following,
                start,
                stop,
                slopes,
                top - low,
                parts,
                isotropic,
            )
        _certify(
            x[n, low:high],
            weights[n],
            work[block % 3],
            u[n, low:high],
            sums[n, low:high],
            top - low,
            bottom - low,
            parts,
            isotropic,
        )
        new[n, 0, :, top:bottom] = work[block % 3, :, top - low : bottom - low]
        new[n, 1, :, top:bottom] = work[(block + 2) % 3, :, top - low : bottom - low]


@compiled
def _step(x, t, step, beta, p, before, out, start, stop, slopes, first, parts, isotropic):
    """One dual step on the rows start..stop; slopes, if wanted, is the restart test of the rows from first on."""
    height, width = x.shape
    kind = x.dtype
    r0, r1, next0, next1 = (
        np.empty(width, kind),
        _led(width, kind, parts),
        np.empty(width, kind),
        _led(width, kind, parts),
    )
    above = np.zeros(width, kind)
    u, below = np.empty(width + parts, kind), np.empty(width + parts, kind)
    g0, g1, f0, f1 = np.empty(width, kind), np.empty(width, kind), np.empty(width, kind), np.empty(width, kind)
    if start > 0:
        _extrapolate(p[0, start - 1], before[0, start - 1], beta, above)
    _extrapolate(p[0, start], before[0, start], beta, r0)
    _extrapolate(p[1, start], before[1, start], beta, r1[parts:])
    _primal(x[start], t, r0, above, r1, u, parts)
    for i in range(start, stop):
        if i + 1 < height:
            _extrapolate(p[0, i + 1], before[0, i + 1], beta, next0)
            _extrapolate(p[1, i + 1], before[1, i + 1], beta, next1[parts:])
            _primal(x[i + 1], t, next0, r0, next1, below, parts)
        else:
            below[:] = u
        _ascend(r0, step, below[:width], u[:width], g0)
        _ascend(r1[parts:], step, u[parts:], u[:width], g1)
        _project(g0, g1, f0, f1, out[0, i], out[1, i], parts, isotropic)
        if 0 <= i - first < len(slopes):
            slope = _slope(r0, out[0, i], p[0, i]) + _slope(r1[parts:], out[1, i], p[1, i])
            slopes[i - first] = slope
        r0, next0 = next0, r0
        r1, next1 = next1, r1
        u, below = below, u


@compiled
def _certify(x, t, p, u, sums, start, stop, parts, isotropic):
    """On the rows start..stop, u = x + t div p and the sums of |u - x|^2, of |Du| and of |Du| - <Du, p>."""
    height, width = x.shape
    kind = x.dtype
    left = _led(width, kind, parts)
    row, below = np.empty(width + parts, kind), np.empty(width + parts, kind)
    g0, g1, f0, f1 = np.empty(width, kind), np.zeros(width, kind), np.empty(width, kind), np.empty(width, kind)
    left[parts:] = p[1, start]
    _primal(x[start], t, p[0, start], p[0, start - 1] if start > 0 else g1, left, row, parts)
    for i in range(start, stop):
        if i + 1 < height:
            left[parts:] = p[1, i + 1]
            _primal(x[i + 1], t, p[0, i + 1], p[0, i], left, below, parts)
        else:
            below[:] = row
        u[i] = row[:width]
        _subtract(below[:width], row[:width], g0)
        _subtract(row[parts:], row[:width], g1)
        size = _size(g0, g1, f0, f1, parts, isotropic)
        _subtract(row[:width], x[i], f0)
        sums[i, 0], sums[i, 1] = _inner(f0, f0), size
        sums[i, 2] = size - _inner(g0, p[0, i]) - _inner(g1, p[1, i])
        row, below = below, row


@compiled
def _led(width, kind, parts):
    """A row led by the zeros to the left of its first pixel."""
    row = np.empty(width + parts, kind)
    row[:parts] = 0
    return row


@compiled
def _subtract(a, b, out):
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
def _project(g0, g1, f0, f1, out0, out1, parts, isotropic):
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
    size = _roots(f0)
    if not isotropic:
        size += _roots(f1)
    return size / parts


@compiled
def _roots(f):
    total = f.dtype.type(0)
    for j in range(len(f)):
        total += np.sqrt(f[j])
    return total


@compiled
def _inner(a, b):
    total = a.dtype.type(0)
    for j in range(len(a)):
        total += a[j] * b[j]
    return total


@compiled
def _slope(r, q, p):
    """<r - q, q - p>: positive where the last step went against the gradient."""
    total = r.dtype.type(0)
    for j in range(len(r)):
        total += (r[j] - q[j]) * (q[j] - p[j])
    return total
