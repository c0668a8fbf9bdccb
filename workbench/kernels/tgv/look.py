"""What an image of the iteration proves about total generalised variation, compiled."""

import math

import numpy as np

from workbench.kernels.dispatch import compiled
from workbench.kernels.tgv.maps import divergence, factors, misfit, pull, strain
from workbench.kernels.tgv.reference import POLISH


@compiled
def look(data, image, radius1, radius0, damping):
    """Value and gap; q becomes feasible, p is E*q and u the signal that belongs to it."""
    parts, height, width = image.shape[1:]
    distance = value = slack = 0.0
    _feasible(image[3:5], image[5:], radius1, radius0)
    if damping < 0:
        for part in range(parts):
            for i in range(height):
                x, u = data[0, part, i], image[0, part, i]
                divergence(image[3:5, part], i, u)
                for j in range(width):
                    distance += u[j] * u[j]
                    u[j] = u[j] + x[j]
    g, f = np.empty((3, parts, width)), np.empty(width)
    for i in range(height):
        f[:] = 0
        for part in range(parts):
            if damping < 0:
                misfit(image[:3, part], i, g[:2, part])
            else:
                g[:2, part] = image[1:3, part, i]
        own, loose = _size(g[:2], image[3:5, :, i], radius1, 0.0, f)
        for part in range(parts):
            strain(image[1:3, part], i, g[:, part])
            if damping >= 0:
                g[:, part] = data[:, part, i] - g[:, part]
        other, rest = _size(g, image[5:, :, i], radius0, max(damping, 0.0), f)
        value += own + other
        slack += loose + rest
    return distance / 2 + value, max(slack, 0.0)


@compiled
def _size(r, dual, radius, damping, f):
    """sup <q, r> - damping |q|^2 / 2 over |q| <= radius, and how far the dual is from it."""
    f[:] = 0
    value = inner = 0.0
    for k in range(r.shape[0]):
        for part in range(r.shape[1]):
            a, b = r[k, part], dual[k, part]
            for j in range(len(f)):
                f[j] += a[j] * a[j]
                inner += b[j] * (a[j] - damping / 2 * b[j])
    for j in range(len(f)):
        size = math.sqrt(f[j])
        reach = min(size, radius) if damping > 0 else radius
        value += reach * (size - damping / 2 * reach)
    return value, value - inner


@compiled
def _feasible(p, q, radius1, radius0):
    """q moves towards |E*q| <= radius1 by gradient steps within |q| <= radius0; what is left shrinks it as a whole."""
    parts, height, width = q.shape[1:]
    step = 1.9 / (4.0 * max(1, (height > 1) + (width > 1)))
    f, g = np.empty(width), np.empty((3, parts, width))
    for _ in range(POLISH):
        if _gather(p, q, radius1, f) <= radius1:
            break
        for i in range(height):
            f[:] = 0
            for part in range(parts):
                strain(p[:, part], i, g[:, part])
                for k in range(3):
                    a, b = g[k, part], q[k, part, i]
                    for j in range(width):
                        b[j] -= step * a[j]
                        f[j] += b[j] * b[j]
            factors(f, radius0)
            for k in range(3):
                for part in range(parts):
                    q[k, part, i] *= f
    largest = _gather(p, q, -1.0, f)
    scale = radius1 / largest if largest > radius1 else 1.0
    p *= scale
    q *= scale


@compiled
def _gather(p, q, radius, f):
    """p = E*q, less its projection onto the ball where there is one; the largest modulus of E*q."""
    parts, height, width = q.shape[1:]
    largest = 0.0
    for i in range(height):
        f[:] = 0
        for part in range(parts):
            pull(q[:, part], i, p[0, part, i], p[1, part, i])
            for k in range(2):
                a = p[k, part, i]
                for j in range(width):
                    f[j] += a[j] * a[j]
        largest = max(largest, f.max())
        if radius >= 0:
            factors(f, radius)
            for k in range(2):
                for part in range(parts):
                    p[k, part, i] *= 1 - f
    return math.sqrt(largest)
