"""Total variation on the CPU: each dual step is one parallel pass over bands of rows.

Planes are real arrays (N, H, W * parts): a complex plane is its own storage, where `parts` = 2 neighbours in memory
make a pixel, so that all linear pieces are the same. A signal is an image of one row: its row differences are 0.
"""

import numpy as np
import torch
from numba import prange
from torch import Tensor

from workbench.kernels.dispatch import inline, parallel

CHECK = 10  # dual steps between two looks at the gap


def gradient(x: Tensor) -> Tensor:
    planes, parts = _planes(x)
    out = np.empty((planes.shape[0], x.ndim - 2, *planes.shape[1:]), planes.dtype)
    _gradient(planes, out, parts)
    return _tensor(out, x, (*x.shape[:2], x.ndim - 2, *x.shape[2:]))


def divergence(p: Tensor) -> Tensor:
    planes, parts = _fields(p)
    out = np.empty((planes.shape[0], *planes.shape[2:]), planes.dtype)
    _divergence(planes, out, parts)
    return _tensor(out, p, (*p.shape[:2], *p.shape[3:]))


def tv(x: Tensor, isotropic: bool) -> Tensor:
    planes, parts = _planes(x)
    return torch.from_numpy(_tv(planes, parts, isotropic)).to(x.real.dtype).view(x.shape[:2]).sum(1)


def solve(x: Tensor, t: Tensor, isotropic: bool, tolerance: float, iterations: int, dual: Tensor) -> tuple:
    planes, parts = _planes(x)
    start, _ = _fields(dual)
    weights = t.detach()[:, None].expand(x.shape[:2]).flatten().numpy()
    lipschitz = 4.0 * max(1, sum(n > 1 for n in x.shape[2:]))
    bands = min(planes.shape[1], -(-torch.get_num_threads() // len(planes)))
    u, p, report, count = _solve(planes, start, weights, parts, isotropic, tolerance, iterations, lipschitz, bands)
    value, gap = torch.from_numpy(report).to(t.dtype).view(*x.shape[:2], 2).sum(1).unbind(1)
    iterations_ = torch.from_numpy(count).view(x.shape[:2]).amax(1)
    return _tensor(u, x, x.shape), _tensor(p[:, 2 - dual.shape[2] :], x, dual.shape), value, gap, iterations_


def _real(x: Tensor) -> tuple[Tensor, int]:
    x = x.detach().resolve_conj().resolve_neg().contiguous()
    return (torch.view_as_real(x).flatten(-2), 2) if x.is_complex() else (x, 1)


def _planes(x: Tensor) -> tuple[np.ndarray, int]:
    """(B, C, *space) as real planes (B C, H, W parts)."""
    real, parts = _real(x)
    return real.reshape(-1, 1 if x.ndim == 3 else x.shape[2], real.shape[-1]).numpy(), parts


def _fields(p: Tensor) -> tuple[np.ndarray, int]:
    """(B, C, d, *space) as real fields (B C, d, H, W parts)."""
    real, parts = _real(p)
    return real.reshape(-1, p.shape[2], 1 if p.ndim == 4 else p.shape[3], real.shape[-1]).numpy(), parts


def _tensor(planes: np.ndarray, like: Tensor, shape: tuple[int, ...]) -> Tensor:
    real = torch.from_numpy(planes)
    return torch.view_as_complex(real.reshape(*shape, 2)) if like.is_complex() else real.reshape(shape)


@parallel
def _gradient(x, out, parts):
    planes, height, width = x.shape
    for row in prange(planes * height):
        n, i = row // height, row % height
        if out.shape[1] == 2:
            below = min(i + 1, height - 1)
            for j in range(width):
                out[n, 0, i, j] = x[n, below, j] - x[n, i, j]
        last = out.shape[1] - 1
        for j in range(width - parts):
            out[n, last, i, j] = x[n, i, j + parts] - x[n, i, j]
        out[n, last, i, width - parts :] = 0


@parallel
def _divergence(p, out, parts):
    planes, axes, height, width = p.shape
    for row in prange(planes * height):
        n, i = row // height, row % height
        across = p[n, axes - 1, i]
        for j in range(width):
            here = across[j] if j < width - parts else p.dtype.type(0)
            out[n, i, j] = here - (across[j - parts] if j >= parts else p.dtype.type(0))
        if axes == 2:
            if i < height - 1:
                for j in range(width):
                    out[n, i, j] += p[n, 0, i, j]
            if i > 0:
                for j in range(width):
                    out[n, i, j] -= p[n, 0, i - 1, j]


@parallel
def _tv(x, parts, isotropic):
    planes, height, width = x.shape
    rows = np.empty((planes, height))
    for row in prange(planes * height):
        n, i = row // height, row % height
        g = np.empty((2, width), x.dtype)
        _differences(x[n, i], x[n, min(i + 1, height - 1)], g, parts)
        rows[n, i] = _size(g, parts, isotropic)
    total = np.empty(planes)
    for n in range(planes):
        total[n] = rows[n].sum()
    return total


@inline
def _differences(u, below, g, parts):
    """Forward differences of one row: downwards in g[0], to the right in g[1], 0 at the end."""
    width = len(u)
    for j in range(width):
        g[0, j] = below[j] - u[j]
    for j in range(width - parts):
        g[1, j] = u[j + parts] - u[j]
    g[1, width - parts :] = 0


@inline
def _energies(g, e, parts, isotropic):
    """The squared moduli that belong to each entry of g, (2, W): of its difference or of its whole pixel."""
    width = g.shape[1]
    for j in range(width):
        e[0, j] = g[0, j] * g[0, j]
        e[1, j] = g[1, j] * g[1, j]
    if parts == 2:
        for j in range(0, width, 2):
            for k in range(2):
                e[k, j] = e[k, j] + e[k, j + 1]
                e[k, j + 1] = e[k, j]
    if isotropic:
        for j in range(width):
            e[0, j] += e[1, j]
            e[1, j] = e[0, j]


@inline
def _size(g, parts, isotropic):
    """The sum of moduli over one row of differences."""
    e = np.empty_like(g)
    _energies(g, e, parts, isotropic)
    size = 0.0
    for j in range(0, g.shape[1], parts):
        size += np.sqrt(e[0, j])
    if not isotropic:
        for j in range(0, g.shape[1], parts):
            size += np.sqrt(e[1, j])
    return size


@inline
def _primal(x, t, r, above, u, parts):
    """One row of u = x + t div r; above is the row of downward duals over it."""
    width = len(x)
    for j in range(parts):
        u[j] = x[j] + t * (r[0, j] - above[j] + r[1, j])
    for j in range(parts, width):
        u[j] = x[j] + t * (r[0, j] - above[j] + r[1, j] - r[1, j - parts])


@inline
def _momentum(p, before, beta, i, r):
    for axis in range(2):
        for j in range(r.shape[1]):
            r[axis, j] = p[axis, i, j] + beta * (p[axis, i, j] - before[axis, i, j])


@inline
def _step(x, t, beta, step, p, before, out, top, bottom, parts, isotropic, uphill):
    """One dual step on rows top..bottom of a plane; uphill[i] is the restart test's share of each row."""
    height, width = x.shape
    kind = p.dtype
    r, following = np.empty((2, width), kind), np.zeros((2, width), kind)
    u, below, above = np.empty(width, kind), np.empty(width, kind), np.zeros(width, kind)
    g, e = np.empty((2, width), kind), np.empty((2, width), kind)
    if top > 0:
        _momentum(p, before, beta, top - 1, r)
        above[:] = r[0]
    _momentum(p, before, beta, top, r)
    _primal(x[top], t, r, above, u, parts)
    for i in range(top, bottom):
        if i + 1 < height:
            _momentum(p, before, beta, i + 1, following)
            _primal(x[i + 1], t, following, r[0], below, parts)
        else:
            below[:] = u
        _differences(u, below, g, parts)
        for axis in range(2):
            for j in range(width):
                g[axis, j] = r[axis, j] + step * g[axis, j]
        _energies(g, e, parts, isotropic)
        slope = kind.type(0)
        one = kind.type(1)
        for axis in range(2):
            for j in range(width):
                q = g[axis, j] / np.sqrt(max(one, e[axis, j]))
                slope += (r[axis, j] - q) * (q - p[axis, i, j])
                out[axis, i, j] = q
        uphill[i] = slope
        r, following = following, r
        u, below = below, u


@inline
def _certify(x, t, p, u, top, bottom, parts, isotropic, sums):
    """Rows of u = x + t div p and of three sums: |u - x|^2, |Du| and |Du| - <Du, p>."""
    height, width = x.shape
    kind = p.dtype
    zero, row, below, g = (
        np.zeros(width, kind),
        np.empty(width, kind),
        np.empty(width, kind),
        np.empty((2, width), kind),
    )
    e = np.empty((2, width), kind)
    _primal(x[top], t, p[:, top], p[0, top - 1] if top > 0 else zero, row, parts)
    for i in range(top, bottom):
        if i + 1 < height:
            _primal(x[i + 1], t, p[:, i + 1], p[0, i], below, parts)
        else:
            below[:] = row
        _differences(row, below, g, parts)
        distance = inner = 0.0
        for j in range(width):
            u[i, j] = row[j]
            distance += (row[j] - x[i, j]) ** 2
            inner += g[0, j] * p[0, i, j] + g[1, j] * p[1, i, j]
        size = _size(g, parts, isotropic)
        sums[i, 0], sums[i, 1], sums[i, 2] = distance, size, size - inner
        row, below = below, row


@inline
def _begin(start, p, parts, isotropic):
    """The start dual made feasible: moduli at most 1, nothing across the last row and column."""
    axes, height, width = start.shape
    kind = p.dtype
    g, e = np.zeros((2, width), kind), np.empty((2, width), kind)
    for i in range(height):
        g[2 - axes :] = start[:, i]
        g[1, width - parts :] = 0
        if i == height - 1:
            g[0] = 0
        _energies(g, e, parts, isotropic)
        for axis in range(2):
            for j in range(width):
                p[axis, i, j] = g[axis, j] / np.sqrt(max(kind.type(1), e[axis, j]))


@parallel
def _solve(x, start, weights, parts, isotropic, tolerance, iterations, lipschitz, bands):
    planes, height, width = x.shape
    kind = x.dtype
    p = np.empty((3, planes, 2, height, width), kind)  # this, the next and the last dual, in turn
    u, dual = np.empty_like(x), np.empty((planes, 2, height, width), kind)
    uphill, sums = np.empty((planes, height), kind), np.empty((planes, height, 3))
    theta, beta, floor = np.ones(planes), np.zeros(planes, kind), np.empty(planes)
    count, report = np.zeros(planes, np.int64), np.zeros((planes, 2))
    active = np.ones(planes, np.bool_)
    for n in prange(planes):
        _begin(start[n], p[0, n], parts, isotropic)
        p[2, n] = p[0, n]
        floor[n] = np.finfo(kind).eps * weights[n] * np.abs(x[n]).sum()
    for k in range(iterations + 1):
        this, following, last = k % 3, (k + 1) % 3, (k + 2) % 3
        if k % CHECK == 0 or k == iterations:
            for task in prange(planes * bands):
                n, band = task // bands, task % bands
                if active[n]:
                    top, bottom = band * height // bands, (band + 1) * height // bands
                    _certify(x[n], weights[n], p[this, n], u[n], top, bottom, parts, isotropic, sums[n])
            for n in range(planes):
                if active[n]:
                    report[n, 0] = sums[n, :, 0].sum() / 2 + weights[n] * sums[n, :, 1].sum()
                    report[n, 1] = max(0.0, weights[n] * sums[n, :, 2].sum())
                    dual[n] = p[this, n]
                    active[n] = report[n, 1] > max(tolerance * report[n, 0], floor[n])  # a NaN stops, too
            if k == iterations or not active.any():
                break
        for task in prange(planes * bands):
            n, band = task // bands, task % bands
            if active[n]:
                top, bottom = band * height // bands, (band + 1) * height // bands
                step = kind.type(1 / (lipschitz * weights[n]))
                old, new = p[last, n], p[following, n]
                _step(x[n], weights[n], beta[n], step, p[this, n], old, new, top, bottom, parts, isotropic, uphill[n])
        for n in range(planes):
            if active[n]:
                count[n] += 1
                if uphill[n].sum() > 0:
                    theta[n], beta[n] = 1, 0
                else:
                    grown = (1 + np.sqrt(1 + 4 * theta[n] ** 2)) / 2
                    theta[n], beta[n] = grown, (theta[n] - 1) / grown
    return u, dual, report, count
