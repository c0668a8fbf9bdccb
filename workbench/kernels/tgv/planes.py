"""The primal-dual descent of a plane, compiled, to a gap or for so many steps.

Numbers of a plane are the steps made, the step at which the ratios change next, the step of p, what the step of w is
of that of u, and the first step of p. States are those of `sweep`.
"""

import math

import numpy as np

from workbench.kernels.dispatch import compiled
from workbench.kernels.tgv.halpern import LOOK, SHORT, STRIDE
from workbench.kernels.tgv.look import look
from workbench.kernels.tgv.reference import FAR, LEAST, WAY
from workbench.kernels.tgv.sweep import sweep


@compiled
def solve(first, last, data, limits, rules, states, numbers, answers, found):
    """u and q in `answers`, (N, parts, 4, H, W); value, gap, steps of planes; limits are |p|, |q| and a least gap."""
    tolerance, iterations, size = rules
    parts, height, width = data.shape[1:]
    before, image = np.empty_like(states[0]), np.empty((parts, 8, height, width))
    exact = np.empty((parts, 1, height, width))
    for n in range(first, last):
        state, total = states[n], 0
        before[:] = state
        exact[:, 0] = data[n]
        while True:
            for k in range(8):
                image[:, k] = state[:, k, :, :width]
            value, gap = look(exact, image, limits[n, 0], limits[n, 1], -1.0)
            if total == iterations or not gap > max(tolerance * value, limits[n, 2]):  # a NaN stops, too
                break
            more = min(max(LOOK, total // STRIDE), iterations - total)
            _descend(data[n], limits[n], more, size, state, numbers[n], before)
            total += more
        answers[n, :, :1] = image[:, :1]
        answers[n, :, 1:] = image[:, 5:]
        found[n, 0], found[n, 1], found[n, 2] = value, gap, total


@compiled
def advance(first, last, data, limits, count, size, states, numbers):
    """So many steps of the states, in place."""
    before = np.empty_like(states[0])
    for n in range(first, last):
        before[:] = states[n]
        _descend(data[n], limits[n], count, size, states[n], numbers[n], before)


@compiled
def _descend(data, limits, count, size, state, numbers, before):
    """Steps; where the ratios change, `before` becomes the state."""
    parts, _, width = data.shape
    kind = data.dtype.type
    work, f = np.zeros((parts, 9, width + 2), data.dtype), np.empty(width, data.dtype)
    radii, steps = np.empty(2, data.dtype), np.empty(4, data.dtype)
    radii[0], radii[1] = limits[0], limits[1]
    while count > 0:
        made = min(count, max(1, int(numbers[1] - numbers[0])))
        sigma, share = numbers[2], numbers[3]
        product = SHORT / (size + share / 2 + math.sqrt(size * share + share * share / 4))
        steps[0], steps[1] = kind(product / sigma), kind(share * product / sigma)
        steps[2], steps[3] = kind(sigma), kind(sigma / share)
        sweep(data, state, steps, made, work, f, radii)
        count -= made
        numbers[0] += made
        if numbers[0] >= numbers[1]:
            numbers[1] = numbers[0] + numbers[0] // 2
            _rebalance(state, before, limits, numbers)
            before[:] = state


@compiled
def _rebalance(state, before, limits, numbers):
    """A quarter of the way, in logarithms, to the ratios that make the distance moved the shortest, in their metric."""
    u, w = _moved(state, before, 0, 1), _moved(state, before, 1, 3)
    p, q = _moved(state, before, 3, 5), _moved(state, before, 5, 8)
    if not min(w, p, q) > 0:
        return
    if u > 0:
        least = min(1.0, LEAST * (limits[0] / limits[1]) ** 2)
        found = math.sqrt(w * p / (u * q))
        numbers[3] = min(max(numbers[3] * (found / numbers[3]) ** WAY, least), 1.0)
    found = math.sqrt((p + numbers[3] * q) / (u + w / numbers[3]))
    numbers[2] = min(max(numbers[2] * (found / numbers[2]) ** WAY, numbers[4] / FAR), numbers[4] * FAR)


@compiled
def _moved(state, before, first, last):
    total = 0.0
    for part in range(len(state)):
        for k in range(first, last):
            for i in range(state.shape[2]):
                row = 0.0
                for j in range(state.shape[3]):
                    row += (float(state[part, k, i, j]) - float(before[part, k, i, j])) ** 2
                total += row
    return total
