"""The support function of total generalised variation, compiled: Halpern's iteration with reflections and restarts.

A state is (parts, fields, H, W), a complex plane having two parts, so that the fields of a part lie side by side, which
the compiler has to know for vector instructions. They are s = Du - w (1, 2), and q (5 to 7: xx, yy and sqrt 2 xy); a
look leaves E*q in 3 and 4. `bar` holds the reflected image of the state while a step is made, and the image itself
after it.
"""

import math

import numpy as np

from workbench.kernels.dispatch import compiled
from workbench.kernels.tgv.halpern import FALL, FAR, LONG, LOOK, SHORT, SOME, STRIDE, TINY, WIDER
from workbench.kernels.tgv.look import look
from workbench.kernels.tgv.maps import factors, pull, strain
from workbench.kernels.tgv.reference import SUPPORT


@compiled
def support(first, last, data, limits, tolerance, iterations, bound, damping, states, found):
    """States, and value, gap and steps, of the planes; limits are |p|, |q| and the gap that rounding leaves."""
    bar, anchor = np.empty_like(states[0]), np.empty_like(states[0])
    for n in range(first, last):
        _plane(data[n], limits[n], tolerance, iterations, bound, damping, states[n], bar, anchor, found[n])


@compiled
def _plane(data, limits, tolerance, iterations, bound, damping, state, bar, anchor, found):
    radius1, radius0, floor = limits
    state[:] = 0
    size = math.sqrt((data**2).sum() / data[0, 0].size)
    ratio = SUPPORT * radius1 / size if size > 0 and radius1 > 0 else 1.0
    usual = ratio
    bar[:] = state
    anchor[:] = state
    k, total, due, begin, before = 0, 0, 0, math.inf, math.inf
    while True:
        if total in (due, iterations):
            due = total + max(LOOK, total // STRIDE)
            found[0], found[1] = look(data, bar, radius1, radius0, damping)
            found[2] = total
            if total == iterations or not found[1] > max(tolerance * found[0], floor):  # a NaN stops, too
                state[:] = bar
                return
            bar[:, 3:5] = 0  # the look left E*q there
        moved = _shrink(state, bar, SHORT / (bound * ratio), radius1)
        turned = _dual(data, state, bar, SHORT * ratio / bound, radius0, damping)
        total += 1
        residual = math.sqrt(ratio * moved + turned / ratio)
        if k == 0:
            begin = residual
        fell = residual <= FALL * begin or (residual <= SOME * begin and residual > before)
        before = residual
        if k > 0 and (fell or k >= LONG * total):
            moved, turned = _restart(state, bar, anchor)
            if moved > TINY * _apart(state, state, 0, 3, 0.0) and turned > TINY * _apart(state, state, 3, 8, 0.0):
                ratio = math.sqrt(ratio * math.sqrt(turned / moved))
                far = FAR + WIDER * total
                ratio = min(max(ratio, usual / far), usual * far)
            k = 0
        else:
            _mix(state, bar, anchor, (k + 1.0) / (k + 2.0))
            k += 1


@compiled
def _mix(state, bar, anchor, share):
    s, b, a = state.ravel(), bar.ravel(), anchor.ravel()
    rest = 1 - share
    for j in range(len(s)):
        old = s[j]
        s[j] = share * b[j] + rest * a[j]
        b[j] = (b[j] + old) / 2


@compiled
def _restart(state, bar, anchor):
    """Begin anew at the image; the squared distances of both variables from where the last start was."""
    s, b, a = state.ravel(), bar.ravel(), anchor.ravel()
    for j in range(len(s)):
        s[j] = (b[j] + s[j]) / 2
        b[j] = s[j]
    moved, turned = _apart(state, anchor, 0, 3, 1.0), _apart(state, anchor, 3, 8, 1.0)
    a[:] = s
    return moved, turned


@compiled
def _apart(state, anchor, first, last, share):
    """The sum of the squares of state - share anchor over some fields."""
    total = 0.0
    for part in range(len(state)):
        for k in range(first, last):
            a, b = state[part, k].ravel(), anchor[part, k].ravel()
            for j in range(len(a)):
                total += (a[j] - share * b[j]) ** 2
    return total


@compiled
def _shrink(state, bar, tau, radius):
    """s, reflected; the squared length of the step."""
    parts, _, height, width = state.shape
    f, moved = np.empty(width), 0.0
    for i in range(height):
        f[:] = 0
        for part in range(parts):
            pull(state[part, 5:], i, bar[part, 1, i], bar[part, 2, i])
            for k in range(1, 3):
                _ascend(state[part, k, i], tau, 1.0, bar[part, k, i], f)
        factors(f, tau * radius)
        for j in range(width):
            f[j] = 1 - f[j]
        for part in range(parts):
            for k in range(1, 3):
                moved += _reflect(state[part, k, i], f, bar[part, k, i])
    return moved


@compiled
def _dual(data, state, bar, sigma, radius, damping):
    """q, reflected; the squared length of the step."""
    parts, _, height, width = state.shape
    f, turned = np.empty(width), 0.0
    damped = 1 / (1 + sigma * damping)
    for i in range(height):
        f[:] = 0
        for part in range(parts):
            strain(bar[part, 1:3], i, bar[part, 5:], i)
            for k in range(5, 8):
                g, v = bar[part, k, i], data[part, k - 5, i]
                for j in range(width):
                    g[j] = v[j] - g[j]
                _ascend(state[part, k, i], sigma, damped, g, f)
        factors(f, radius)
        for part in range(parts):
            for k in range(5, 8):
                turned += _reflect(state[part, k, i], f, bar[part, k, i])
    return turned


@compiled
def _ascend(y, sigma, damped, g, f):
    """g becomes the dual after its step, before it is projected, and f gains its squares."""
    for j in range(len(y)):
        g[j] = damped * (y[j] + sigma * g[j])
        f[j] += g[j] * g[j]


@compiled
def _reflect(y, f, out):
    total = 0.0
    for j in range(len(y)):
        d = f[j] * out[j] - y[j]
        out[j] = y[j] + 2 * d
        total += d * d
    return total
