"""Rows of the linear maps of total generalised variation, and of its projections, compiled."""

import math

from workbench.kernels.dispatch import compiled
from workbench.kernels.tgv.strains import HALF


@compiled
def divergence(p, i, out):
    """Row i of the divergence of p, which is 0 across the last row and column."""
    down, across = p[0], p[1, i]
    here = down[i]
    for j in range(len(out)):
        out[j] = here[j] + across[j]
    if i > 0:
        above = down[i - 1]
        for j in range(len(out)):
            out[j] -= above[j]
    for j in range(1, len(out)):
        out[j] -= across[j - 1]


@compiled
def misfit(fields, i, out, to):
    """Row i of Du - w, as rows `to` of two fields."""
    u, w, down, across = fields[0], fields[1:], out[0, to], out[1, to]
    height, width = u.shape
    here = u[i]
    if i < height - 1:
        below, own = u[i + 1], w[0, i]
        for j in range(width):
            down[j] = below[j] - here[j] - own[j]
    else:
        down[:] = 0
    own = w[1, i]
    for j in range(width - 1):
        across[j] = here[j + 1] - here[j] - own[j]
    across[width - 1] = 0


@compiled
def strain(w, i, out, to):
    """Row i of E w, as rows `to` of three fields."""
    height, width = w.shape[1:]
    down, across = w[0], w[1, i]
    along, other, mixed = out[0, to], out[1, to], out[2, to]
    along[:] = 0
    other[:] = 0
    mixed[:] = 0
    for j in range(1, width - 1):
        other[j] = across[j] - across[j - 1]
    if i < height - 1:
        here = down[i]
        for j in range(1, width):
            mixed[j] = HALF * (here[j] - here[j - 1])
        if i > 0:
            above = down[i - 1]
            for j in range(width):
                along[j] = here[j] - above[j]
    if i > 0:
        above = w[1, i - 1]
        for j in range(width - 1):
            mixed[j] += HALF * (across[j] - above[j])


@compiled
def pull(q, i, down, across):
    """Row i of E*q."""
    height, width = q.shape[1:]
    down[:] = 0
    across[:] = 0
    if i < height - 1:
        mixed = q[2, i]
        for j in range(1, width):
            down[j] = HALF * mixed[j]
        for j in range(width - 1):
            down[j] -= HALF * mixed[j + 1]
        if i > 0:
            here = q[0, i]
            for j in range(width):
                down[j] += here[j]
        if i < height - 2:
            below = q[0, i + 1]
            for j in range(width):
                down[j] -= below[j]
    here = q[1, i]
    for j in range(1, width - 1):
        across[j] = here[j]
    for j in range(width - 2):
        across[j] -= here[j + 1]
    if i > 0:
        mixed = q[2, i]
        for j in range(width - 1):
            across[j] += HALF * mixed[j]
    if i < height - 1:
        mixed = q[2, i + 1]
        for j in range(width - 1):
            across[j] -= HALF * mixed[j]


@compiled
def factors(f, radius):
    """What takes vectors of the squared lengths f into the ball."""
    bound = radius * radius
    for j in range(len(f)):
        f[j] = radius / math.sqrt(f[j]) if f[j] > bound else 1.0
