"""Steps of the primal-dual descent of total generalised variation, compiled: one walk down the rows of a plane.

A state is (parts, fields, H, W + 1), a complex plane having two parts: u (0), w (1, 2), p (3, 4) and q (5 to 7: xx, yy
and sqrt 2 xy); its last column is 0, so that a row's neighbours are read without a case. `work` is (parts, 9, W + 2):
of three rows, in turn, the reflected u and w, from column 1 on. The duals of a row follow the signals of the next one,
so a step reads and writes the state once. Every loop writes one row, and is written out: so it becomes vector
instructions, and no row is counted as a reference.
"""

import math

from workbench.kernels.dispatch import compiled
from workbench.kernels.tgv.reference import RELAX
from workbench.kernels.tgv.strains import HALF


@compiled
def sweep(data, state, steps, count, work, f, radii):
    """So many steps in place; steps are those of u, w, p and q."""
    parts, height = data.shape[:2]
    for _ in range(count):
        for i in range(height + 1):
            if i < height:
                for part in range(parts):
                    _signals(data[part], state[part], i, steps, work[part])
            if i > 0:
                _edges(state, i - 1, steps[2], work, f, radii[0])
                _bends(state, i - 1, steps[3], work, f, radii[1])


@compiled
def _signals(data, x, i, steps, work):
    """Row i of u and w, relaxed, and where a step of 2 takes them, in `work`."""
    height, width = data.shape
    kind = data.dtype.type
    one, two, half = kind(1), kind(2), kind(HALF)
    there = kind(RELAX / 2)
    kept = one - there
    to, above, below = 3 * (i % 3), max(i - 1, 0), min(i + 1, height - 1)
    up, down = kind(1 if i > 0 else 0), kind(1 if i < height - 1 else 0)
    gain, step = two * steps[0] / (one + steps[0]), two * steps[1]
    work[to, 1] = x[0, i, 0] + gain * (x[3, i, 0] - up * x[3, above, 0] + x[4, i, 0] + data[i, 0] - x[0, i, 0])
    for j in range(1, width):
        pull = x[3, i, j] - up * x[3, above, j] + x[4, i, j] - x[4, i, j - 1]
        work[to, j + 1] = x[0, i, j] + gain * (pull + data[i, j] - x[0, i, j])
    for j in range(width):
        pull = x[3, i, j] - x[5, i, j] + x[5, below, j] - half * (x[7, i, j] - x[7, i, j + 1])
        work[to + 1, j + 1] = down * (x[1, i, j] + step * pull)
    work[to + 1, 1] += down * step * half * x[7, i, 0]  # which E does not make of w there
    work[to + 1, 0] = work[to + 1, 1]
    for j in range(width):
        pull = x[4, i, j] - x[6, i, j] + x[6, i, j + 1] - half * (up * x[7, i, j] - down * x[7, below, j])
        work[to + 2, j + 1] = x[2, i, j] + step * pull
    work[to + 2, width] = 0
    for k in range(3):
        for j in range(width):
            x[k, i, j] = kept * x[k, i, j] + there * work[to + k, j + 1]


@compiled
def _edges(x, i, step, work, f, radius):
    """Row i of p."""
    parts, _, height, width = x.shape
    width -= 1
    kind = x.dtype.type
    here = 3 * (i % 3)
    down = kind(1 if i < height - 1 else 0)
    below = 3 * ((i + 1) % 3) if i < height - 1 else here
    relax = kind(RELAX)
    kept, last = kind(1) - relax, width - 1
    f[:] = 0
    for part in range(parts):
        for j in range(width):
            r = work[part, below, j + 1] - work[part, here, j + 1] - work[part, here + 1, j + 1]
            s = work[part, here, j + 2] - work[part, here, j + 1] - work[part, here + 2, j + 1]
            r, s = down * (x[part, 3, i, j] + step * r), x[part, 4, i, j] + step * s
            f[j] += r * r + s * s
    f[last] = 0
    for part in range(parts):
        r = work[part, below, width] - work[part, here, width] - work[part, here + 1, width]
        f[last] += (down * (x[part, 3, i, last] + step * r)) ** 2
    _factors(f, radius)
    for part in range(parts):
        for j in range(width):
            r = work[part, below, j + 1] - work[part, here, j + 1] - work[part, here + 1, j + 1]
            x[part, 3, i, j] = kept * x[part, 3, i, j] + down * f[j] * (x[part, 3, i, j] + step * r)
        for j in range(width):
            s = work[part, here, j + 2] - work[part, here, j + 1] - work[part, here + 2, j + 1]
            x[part, 4, i, j] = kept * x[part, 4, i, j] + f[j] * (x[part, 4, i, j] + step * s)
        x[part, 4, i, last] = 0


@compiled
def _bends(x, i, step, work, f, radius):
    """Row i of q."""
    parts, _, height, width = x.shape
    width -= 1
    kind = x.dtype.type
    here = 3 * (i % 3)
    above = 3 * ((i + 2) % 3) if i > 0 else here
    inner = kind(1 if 0 < i < height - 1 else 0)
    mixed, relax = step * kind(HALF), kind(RELAX)
    kept, last = kind(1) - relax, width - 1
    f[:] = 0
    for part in range(parts):
        for j in range(width):
            a = inner * (x[part, 5, i, j] + step * (work[part, here + 1, j + 1] - work[part, above + 1, j + 1]))
            b = x[part, 6, i, j] + step * (work[part, here + 2, j + 1] - work[part, here + 2, j])
            c = work[part, here + 1, j + 1] - work[part, here + 1, j]
            c = x[part, 7, i, j] + mixed * (c + work[part, here + 2, j + 1] - work[part, above + 2, j + 1])
            f[j] += a * a + b * b + c * c
    for j in (0, last):  # where there is no yy
        f[j] = 0
        for part in range(parts):
            a = inner * (x[part, 5, i, j] + step * (work[part, here + 1, j + 1] - work[part, above + 1, j + 1]))
            c = work[part, here + 1, j + 1] - work[part, here + 1, j]
            c = x[part, 7, i, j] + mixed * (c + work[part, here + 2, j + 1] - work[part, above + 2, j + 1])
            f[j] += a * a + c * c
    _factors(f, radius)
    for part in range(parts):
        for j in range(width):
            a = x[part, 5, i, j] + step * (work[part, here + 1, j + 1] - work[part, above + 1, j + 1])
            x[part, 5, i, j] = kept * x[part, 5, i, j] + inner * f[j] * a
        for j in range(width):
            b = x[part, 6, i, j] + step * (work[part, here + 2, j + 1] - work[part, here + 2, j])
            x[part, 6, i, j] = kept * x[part, 6, i, j] + f[j] * b
        x[part, 6, i, 0] = 0
        x[part, 6, i, last] = 0
        for j in range(width):
            c = work[part, here + 1, j + 1] - work[part, here + 1, j]
            c = x[part, 7, i, j] + mixed * (c + work[part, here + 2, j + 1] - work[part, above + 2, j + 1])
            x[part, 7, i, j] = kept * x[part, 7, i, j] + f[j] * c


@compiled
def _factors(f, radius):
    """What takes vectors of the squared lengths f into the ball, relaxed."""
    kind = f.dtype.type
    relax, bound = kind(RELAX) * radius, radius * radius
    for j in range(len(f)):
        f[j] = relax / math.sqrt(f[j]) if f[j] > bound else kind(RELAX)
