"""Total generalised variation in plain torch: any device, any precision, differentiable.

Halpern's iteration with reflections and restarts (Lu, Yang 2024, arXiv 2407.16144) on the pair of primal and dual.
"""

import math
from collections.abc import Callable

import torch
from torch import Tensor

from workbench.kernels.tv.reference import divergence, gradient
from workbench.tensors import abs2

LOOK = 20  # steps between two looks at the gap
POLISH = 10  # steps that take a dual towards its second constraint, before a look
SHORT = 0.99  # of the longest step that converges
FALL, SOME, LONG = 0.2, 0.8, 0.36  # a restart: the residual fell; it fell and rises; a share of all steps
TINY = 1e-14  # of its square: a variable that moved less has arrived, and says nothing of the ratio
FAR, WIDER = 20.0, 0.01  # the ratio's range about its start, and what each step adds: some need far more, late
SUPPORT = 10.0  # the start of a support problem, in radii over the root mean square of its data
HALF = math.sqrt(0.5)  # (a + b) / 2 twice in a symmetric matrix has the norm of one (a + b) / sqrt 2


def symmetrised(w: Tensor) -> Tensor:
    if w.shape[2] == 1:
        return _along(w[:, :, 0], 2)[:, :, None]
    down, right = w.unbind(2)
    return torch.stack([_along(down, 2), _along(right, 3), HALF * (_across(down, 2, 3) + _across(right, 3, 2))], 2)


def symmetrised_adjoint(q: Tensor) -> Tensor:
    if q.shape[2] == 1:
        return _back_along(q[:, :, 0], 2)[:, :, None]
    xx, yy, xy = q.unbind(2)
    mixed = HALF * _back_across(xy, 2, 3), HALF * _back_across(xy, 3, 2)
    return torch.stack([_back_along(xx, 2) + mixed[0], _back_along(yy, 3) + mixed[1]], 2)


def _along(w: Tensor, axis: int) -> Tensor:
    """Backward differences of a component along its own axis, where its last entry is none."""
    n = w.shape[axis]
    return _padded(w.narrow(axis, 0, n - 1).diff(dim=axis), axis, 1, 1) if n > 2 else torch.zeros_like(w)


def _back_along(q: Tensor, axis: int) -> Tensor:
    n = q.shape[axis]
    if n <= 2:
        return torch.zeros_like(q)
    return _padded(-_padded(q.narrow(axis, 1, n - 2), axis, 1, 1).diff(dim=axis), axis, 0, 1)


def _across(w: Tensor, own: int, other: int) -> Tensor:
    """Backward differences along the other axis."""
    return _padded(_padded(w.narrow(own, 0, w.shape[own] - 1).diff(dim=other), own, 0, 1), other, 1, 0)


def _back_across(q: Tensor, own: int, other: int) -> Tensor:
    inside = q.narrow(own, 0, q.shape[own] - 1).narrow(other, 1, q.shape[other] - 1)
    return _padded(-_padded(inside, other, 1, 1).diff(dim=other), own, 0, 1)


def _padded(v: Tensor, axis: int, before: int, after: int) -> Tensor:
    shape = list(v.shape)
    ends = []
    for count in (before, after):
        shape[axis] = count
        ends.append(v.new_zeros(shape))
    return torch.cat([ends[0], v, ends[1]], axis)


def bounds(x: Tensor) -> tuple[float, float]:
    """Bounds of |E| and of |(Du - w, Ew)| by |(u, w)|, from 4 for each axis that has differences; x: (B, C, *space)."""
    e = 4.0 * max(1, sum(n > 1 for n in x.shape[2:]))
    return math.sqrt(e), math.sqrt(e + 0.5 + math.sqrt(0.25 + e))


def solve(x: Tensor, radii: Tensor, tolerance: float, iterations: int) -> tuple:
    (t, ratio), axes = _spread(radii, x.ndim + 1), x.ndim - 2

    def step(z: Tensor, y: Tensor, tau: Tensor, sigma: Tensor) -> tuple[Tensor, Tensor]:
        p, q = y[:, :, :axes], y[:, :, axes:]
        closer = (z[:, :, :1] + tau * (divergence(p) + x)[:, :, None]) / (1 + tau)
        after = torch.cat([closer, z[:, :, 1:] + tau * (p - symmetrised_adjoint(q))], 2)
        u, w = (2 * after - z).split((1, axes), 2)
        p, q = p + sigma * (gradient(u[:, :, 0]) - w), q + sigma * symmetrised(w)
        return after, torch.cat([_ball(p, t), _ball(q, ratio)], 2)

    def look(z: Tensor, y: Tensor) -> tuple:
        q, p = _feasible(y[:, :, axes:], t, ratio)
        u, w = x + divergence(p), z[:, :, 1:]
        (first, loose), (second, slack) = _size(gradient(u) - w, p, t), _size(symmetrised(w), q, ratio)
        return (u, q), _total(abs2(u - x)) / 2 + first + second, loose + slack

    z = torch.cat([x[:, :, None], torch.zeros_like(gradient(x))], 2)
    y = torch.cat([gradient(x), symmetrised(gradient(x))], 2)
    floor = torch.finfo(x.dtype).eps * radii[..., 0] * _total(x.abs())
    (u, q), *rest = _halpern(
        (z, 0 * y), step, look, (bounds(x)[1], torch.ones_like(floor)), (tolerance, floor), iterations
    )
    return u, q, *rest


def support(v: Tensor, radii: Tensor, damping: float, tolerance: float, iterations: int) -> tuple:
    t, ratio = _spread(radii, v.ndim)

    def step(s: Tensor, q: Tensor, tau: Tensor, sigma: Tensor) -> tuple[Tensor, Tensor]:
        pulled = s + tau * symmetrised_adjoint(q)
        after = pulled - _ball(pulled, tau * t)
        return after, _ball((q + sigma * (v - symmetrised(2 * after - s))) / (1 + sigma * damping), ratio)

    def look(s: Tensor, q: Tensor) -> tuple:
        q, p = _feasible(q, t, ratio)
        (first, loose), (second, slack) = _size(s, p, t), _size(v - symmetrised(s), q, ratio, damping)
        return q, first + second, loose + slack

    size = _total(abs2(v)).sqrt()
    begin = torch.where(
        (size > 0) & (radii[..., 0] > 0), SUPPORT * radii[..., 0] * math.sqrt(v[0, 0, 0].numel()) / size, 1
    )
    floor = torch.finfo(v.dtype).eps * radii[..., 1] * _total(v.abs())
    s = torch.zeros_like(symmetrised_adjoint(v))
    return _halpern((s, 0 * v), step, look, (bounds(v[:, :, 0])[0], begin), (tolerance, floor), iterations)


Step = Callable[[Tensor, Tensor, Tensor, Tensor], tuple[Tensor, Tensor]]


def _halpern(
    start: tuple[Tensor, Tensor],
    step: Step,
    look: Callable[[Tensor, Tensor], tuple],
    scales: tuple[float, Tensor],
    ends: tuple[float, Tensor],
    iterations: int,
) -> tuple:
    """What `look` finds at the last image of the iteration, with value, gap and steps, (B, C) each.

    scales: a bound of the coupling, and the first ratio of the dual's step to the primal's.
    """
    (z, y), (bound, ratio), (tolerance, floor) = start, scales, ends
    z0, y0, image, usual = z, y, start, ratio
    k, steps = torch.zeros_like(ratio), torch.zeros_like(ratio)
    begin, before = torch.full_like(ratio, math.inf), torch.full_like(ratio, math.inf)
    active, total = torch.ones_like(ratio, dtype=torch.bool), 0
    while True:
        if total % LOOK == 0 or total == iterations:
            found, value, gap = look(*image)
            steps = torch.where(active, total, steps)
            active = active & (gap > torch.maximum(tolerance * value, floor))  # a NaN stops, too
            if total == iterations or not bool(active.any()):
                return found, value, gap, steps
        tau, sigma = (_plane(SHORT / bound * r, z) for r in (1 / ratio, ratio))
        after = step(z, y, tau, sigma)
        total += 1
        residual = (ratio * _energy(after[0] - z) + _energy(after[1] - y) / ratio).sqrt()
        begin = torch.where(k == 0, residual, begin)
        fell = (residual <= FALL * begin) | ((residual <= SOME * begin) & (residual > before))
        anew, before = (k > 0) & (fell | (k >= LONG * total)), residual
        moved, turned = _energy(after[0] - z0), _energy(after[1] - y0)
        both = anew & (moved > TINY * _energy(after[0])) & (turned > TINY * _energy(after[1]))
        far = FAR + WIDER * total
        balanced = (ratio * (turned / torch.where(both, moved, 1)).sqrt()).sqrt()
        ratio = torch.where(both, balanced.clamp(usual / far, usual * far), ratio)
        share = _plane((k + 1) / (k + 2), z)
        here, stay = _plane(anew, z), _plane(active, z)
        mixed = [share * (2 * a - v) + (1 - share) * v0 for a, v, v0 in zip(after, (z, y), (z0, y0), strict=True)]
        z0, y0 = (torch.where(here, a, v0) for a, v0 in zip(after, (z0, y0), strict=True))
        image = tuple(torch.where(stay, a, b) for a, b in zip(after, image, strict=True))
        z, y = (torch.where(here, a, m) for a, m in zip(after, mixed, strict=True))
        k = torch.where(anew, 0, k + 1)


def _feasible(q: Tensor, t: Tensor, ratio: Tensor) -> tuple[Tensor, Tensor]:
    """A dual near q with |q| <= ratio and |E*q| <= t, and its E*q."""
    relax = 1.9 / bounds(q[:, :, 0])[0] ** 2
    for _ in range(POLISH):
        p = symmetrised_adjoint(q)
        q = _ball(q - relax * symmetrised(p - _ball(p, t)), ratio)
    p = symmetrised_adjoint(q)
    largest = _moduli(p).flatten(2).amax(2)
    limit = t.flatten(2)[..., 0]
    scale = _plane(torch.where(largest > limit, limit / torch.where(largest > 0, largest, 1), 1), q)
    return scale * q, scale * p


def _size(r: Tensor, dual: Tensor, radius: Tensor, damping: float = 0.0) -> tuple[Tensor, Tensor]:
    """sup <q, r> - damping |q|^2 / 2 over |q| <= radius, and how far the dual is from it: (B, C) each."""
    size = _moduli(r)
    reach = torch.minimum(size, radius) if damping else radius
    value = reach * size - damping / 2 * reach**2
    own = (r * dual.conj()).real.sum(2, keepdim=True) - damping / 2 * abs2(dual).sum(2, keepdim=True)
    return _total(value), _total(value - own).clamp(min=0)


def _moduli(r: Tensor) -> Tensor:
    return torch.linalg.vector_norm(r, dim=2, keepdim=True)


def _ball(r: Tensor, radius: Tensor) -> Tensor:
    energy, bound = abs2(r).sum(2, keepdim=True), radius**2
    return torch.where(energy > bound, radius / torch.where(energy > bound, energy, 1).sqrt(), 1) * r


def _energy(r: Tensor) -> Tensor:
    return _total(abs2(r))


def _total(r: Tensor) -> Tensor:
    return r.flatten(2).sum(2)


def _plane(values: Tensor, like: Tensor) -> Tensor:
    """(B, C) shaped so that it multiplies (B, C, ...)."""
    return values.reshape(*values.shape, *[1] * (like.ndim - 2))


def _spread(radii: Tensor, axes: int) -> tuple[Tensor, Tensor]:
    t, ratio = radii.unbind(-1)
    shape = (*t.shape, *[1] * (axes - 2))
    return t.reshape(shape), ratio.reshape(shape)
