"""What an image of the iteration proves about total generalised variation, compiled."""

import math

import numpy as np

from workbench.kernels.dispatch import compiled
from workbench.kernels.tgv.maps import divergence, factors, misfit, pull, strain
from workbench.kernels.tgv.reference import POLISH


@compiled
def look(data, image, radius1, radius0, damping):
    """Value and gap; q becomes feasible and p E*q. Of a prox the distances of u from y and from y + div p count."""
    parts, _, height, width = image.shape
    distance = value = slack = 0.0
    _feasible(image, radius1, radius0)
    g, f = np.empty((parts, 3, 1, width)), np.empty(width)
    if damping < 0:
        for part in range(parts):
            for i in range(height):
                x, u = data[part, 0, i], image[part, 0, i]
                divergence(image[part, 3:5], i, f)
                for j in range(width):
                    away = u[j] - x[j]
                    distance += away * away
                    slack += (away - f[j]) ** 2 / 2
    for i in range(height):
        for part in range(parts):
            if damping < 0:
                misfit(image[part, :3], i, g[part], 0)
            else:
                g[part, :2, 0] = image[part, 1:3, i]
        own, loose = _size(g, 2, image, 3, i, radius1, 0.0, f)
        for part in range(parts):
            strain(image[part, 1:3], i, g[part], 0)
            if damping >= 0:
                g[part, :, 0] = data[part, :, i] - g[part, :, 0]
        other, rest = _size(g, 3, image, 5, i, radius0, max(damping, 0.0), f)
        value += own + other
        slack += loose + rest
    return distance / 2 + value, max(slack, 0.0)


@compiled
def _size(r, fields, image, first, i, radius, damping, f):
    """sup <q, r> - damping |q|^2 / 2 over |q| <= radius, and how far row i of the dual, from `first` on, is from it."""
    f[:] = 0
    value = inner = 0.0
    for k in range(fields):
        for part in range(len(r)):
            a, b = r[part, k, 0], image[part, first + k, i]
            for j in range(len(f)):
                f[j] += a[j] * a[j]
                inner += b[j] * (a[j] - damping / 2 * b[j])
    for j in range(len(f)):
        size = math.sqrt(f[j])
        reach = min(size, radius) if damping > 0 else radius
        value += reach * (size - damping / 2 * reach)
    return value, value - inner


@compiled
def _feasible(image, radius1, radius0):
    """q moves towards |E*q| <= radius1 within |q| <= radius0; what is left shrinks it as a whole. p becomes E*q.

    Accelerated gradient steps on half of the squared distance, as in `reference`.
    """
    parts, _, height, width = image.shape
    step, age = 1.0 / (4.0 * max(1, (height > 1) + (width > 1))), 1.0
    f, g = np.empty(width), np.empty((parts, 3, 1, width))
    g[:] = 0
    for i in range(height):
        _take(image, i, g, 0.0, radius0, f)
    before = image[:, 5:].copy()
    for _ in range(POLISH):
        _gather(image, radius1, f)
        older, age = age, (1 + math.sqrt(1 + 4 * age * age)) / 2
        for i in range(height):
            for part in range(parts):
                strain(image[part, 3:5], i, g[part], 0)
            _take(image, i, g, step, radius0, f)
            for part in range(parts):
                for k in range(3):
                    a, b = image[part, 5 + k, i], before[part, k, i]
                    for j in range(width):
                        new = a[j]
                        a[j] = new + (older - 1) / age * (new - b[j])
                        b[j] = new
    image[:, 5:] = before
    largest = _gather(image, -1.0, f)
    image[:, 3:] *= radius1 / largest if largest > radius1 else 1.0


@compiled
def _take(image, i, g, step, radius, f):
    """Row i of q less so much of g, taken into the ball."""
    f[:] = 0
    for part in range(len(image)):
        for k in range(3):
            a, b = g[part, k, 0], image[part, 5 + k, i]
            for j in range(len(f)):
                b[j] -= step * a[j]
                f[j] += b[j] * b[j]
    factors(f, radius)
    for part in range(len(image)):
        for k in range(5, 8):
            image[part, k, i] *= f


@compiled
def _gather(image, radius, f):
    """p = E*q, less its projection onto the ball where there is one; the largest modulus of E*q."""
    parts, _, height, _ = image.shape
    largest = 0.0
    for i in range(height):
        f[:] = 0
        for part in range(parts):
            pull(image[part, 5:], i, image[part, 3, i], image[part, 4, i])
            for k in range(3, 5):
                a = image[part, k, i]
                for j in range(len(f)):
                    f[j] += a[j] * a[j]
        largest = max(largest, f.max())
        if radius >= 0:
            factors(f, radius)
            for part in range(parts):
                for k in range(3, 5):
                    image[part, k, i] *= 1 - f
    return math.sqrt(largest)
