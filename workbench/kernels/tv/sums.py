"""Sums along rows or planes, of which the kernels for total variation are made; each becomes vector instructions."""

import numpy as np

from workbench.kernels.dispatch import compiled


@compiled
def roots(f):
    total = 0.0
    for k in range(len(f)):
        total += np.sqrt(f[k])
    return total


@compiled
def inner(a, b):
    total = 0.0  # in double precision: the gap is a small difference of sums
    for k in range(len(a)):
        total += a[k] * b[k]
    return total


@compiled
def slope_of(r, q, p):
    """<r - q, q - p>: positive where the last step went against the gradient."""
    total = r.dtype.type(0)
    for k in range(len(r)):
        total += (r[k] - q[k]) * (q[k] - p[k])
    return total
