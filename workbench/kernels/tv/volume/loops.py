"""The loops over a whole plane of which the kernels for volumes are made; each becomes vector instructions."""

import numpy as np

from workbench.kernels.dispatch import compiled
from workbench.kernels.tv.sums import roots


@compiled
def differences(there, here, scale, step, out):
    """scale (there[k + step] - here[k]), 0 beyond the end."""
    inside = len(out) - step
    ahead = there[step:]
    for k in range(inside):
        out[k] = scale[k] * (ahead[k] - here[k])
    out[inside:] = 0


@compiled
def pull_back(p, scale, step, out):
    """out less the adjoint of `differences`; the last ones have a scale of 0."""
    inside = len(out) - step
    ahead = out[step:]
    for k in range(inside):
        out[k] += scale[k] * p[k]
    for k in range(inside):
        ahead[k] -= scale[k] * p[k]


@compiled
def add(a, scale, out):
    for k in range(len(out)):
        out[k] += scale * a[k]


@compiled
def add_to(a, scale, out):
    for k in range(len(out)):
        out[k] = a[k] + scale * out[k]


@compiled
def kept(a, scale, out):
    for k in range(len(out)):
        out[k] = a[k] if scale[k] != 0 else 0


@compiled
def extrapolate(p, before, beta, out):
    for k in range(len(out)):
        out[k] = p[k] + beta * (p[k] - before[k])


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
def size_of(g, f, parts, isotropic):
    """The sum of the moduli of a plane."""
    _squares(g, f, parts, isotropic)
    total = 0.0
    for a in range(1 if isotropic else 3):
        total += roots(f[a])
    return total / parts


@compiled
def distance(a, b):
    total = 0.0
    for k in range(len(a)):
        total += (a[k] - b[k]) * (a[k] - b[k])
    return total
