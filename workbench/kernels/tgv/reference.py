"""Total generalised variation in plain torch: any device, any precision, differentiable.

Of a prox, over-relaxed primal-dual steps; of a support, Halpern's iteration.
"""

import math

import torch
from torch import Tensor

from workbench.kernels.tgv.halpern import LOOK, SHORT, STRIDE, halpern, plane, summed
from workbench.kernels.tgv.strains import squared, symmetrised, symmetrised_adjoint
from workbench.kernels.tv.reference import divergence, gradient
from workbench.tensors import abs2

POLISH = 30  # steps that take a dual towards its second constraint, before a look
RELAX = 1.9  # how far a step goes
WAY, FAR = 0.25, 20.0  # how far ratios go towards those that are found, in logarithms; the range of p's step
LEAST = 0.4  # the least step of w in steps of u, for a ratio of 1
ROUNDINGS = 8  # of x that a gap of differences cannot tell from 0
SUPPORT = 10.0  # the start of a support problem, in radii over the root mean square of its data


def solve(x: Tensor, radii: Tensor, fields: Tensor, numbers: Tensor, tolerance: float, iterations: int) -> tuple:
    (t, bend), axes = _spread(radii, x.ndim + 1), x.ndim - 2

    def look(state: Tensor) -> tuple:
        q, p = _feasible(_ball(state[:, :, 1 + 2 * axes :], bend), t, bend)
        u, w = state[:, :, 0], state[:, :, 1 : 1 + axes]
        (first, loose), (second, slack) = _size(gradient(u) - w, p, t), _size(symmetrised(w), q, bend)
        first, slack = first + summed(abs2(u - x)) / 2, slack + summed(abs2(u - x - divergence(p))) / 2
        return (u, q), first + second, loose + slack

    floor = ROUNDINGS * torch.finfo(x.dtype).eps * radii[..., 0] * summed(x.abs())
    active, steps = torch.ones_like(floor, dtype=torch.bool), torch.zeros_like(floor)
    before, total = fields, 0
    while True:
        found, value, gap = look(fields)
        steps = torch.where(active, total, steps)
        active = active & (gap > torch.maximum(tolerance * value, floor))  # a NaN stops, too
        if total == iterations or not bool(active.any()):
            return *found, value, gap, steps
        more = min(max(LOOK, total // STRIDE), iterations - total)
        after, numbers, before = _descended(x, radii, (fields, before), numbers, more)
        fields, total = torch.where(plane(active, after), after, fields), total + more


def advance(x: Tensor, radii: Tensor, fields: Tensor, numbers: Tensor, count: int) -> tuple[Tensor, Tensor]:
    return _descended(x, radii, (fields, fields), numbers, count)[:2]


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

    size = summed(abs2(v)).sqrt()
    begin = torch.where(
        (size > 0) & (radii[..., 0] > 0), SUPPORT * radii[..., 0] * math.sqrt(v[0, 0, 0].numel()) / size, 1
    )
    floor = torch.finfo(v.dtype).eps * radii[..., 1] * summed(v.abs())
    s = torch.zeros_like(symmetrised_adjoint(v))
    return halpern((s, 0 * v), step, look, (bounds(v[:, :, 0])[0], begin), (tolerance, floor), iterations)


def bounds(x: Tensor) -> tuple[float, float]:
    """Bounds of |E| and of |(Du - w, Ew)| by |(u, w)|; x: (B, C, *space)."""
    return math.sqrt(squared(x)), math.sqrt(squared(x) + 0.5 + math.sqrt(0.25 + squared(x)))


def _descended(
    x: Tensor, radii: Tensor, states: tuple[Tensor, Tensor], numbers: Tensor, count: int
) -> tuple[Tensor, Tensor, Tensor]:
    """After so many steps of a state, and the state at the last change of the ratios: see `planes`."""
    (state, before), axes, (t, bend) = states, x.ndim - 2, _spread(radii, x.ndim + 1)
    kind = radii.dtype
    while count > 0:
        made, due = (int(n) for n in numbers[0, 0, :2])
        more = min(count, max(1, due - made))
        sigma, share = (plane(n.to(x.device), state) for n in numbers[..., 2:4].unbind(-1))
        size = squared(x)
        product = SHORT / (size + share / 2 + (size * share + share**2 / 4).sqrt())
        of_u, of_w, of_p, of_q = (s.to(kind) for s in (product / sigma, share * product / sigma, sigma, sigma / share))
        for _ in range(more):
            u, w, p, q = state.split((1, axes, axes, state.shape[2] - 1 - 2 * axes), 2)
            there = (u + of_u * (divergence(p) + x)[:, :, None]) / (1 + of_u)
            near = w + of_w * (p - symmetrised_adjoint(q))
            ahead, bent = 2 * there - u, 2 * near - w
            signals = torch.cat([there, near], 2)
            rise = gradient(ahead[:, :, 0]) - bent
            duals = torch.cat([_ball(p + of_p * rise, t), _ball(q + of_q * symmetrised(bent), bend)], 2)
            state = state + RELAX * (torch.cat([signals, duals], 2) - state)
        count -= more
        numbers = torch.cat([numbers[..., :1] + more, numbers[..., 1:]], -1)
        if made + more >= due:
            numbers, before = _rebalanced(state, before, radii, numbers), state
    return state, numbers, before


def _rebalanced(state: Tensor, before: Tensor, radii: Tensor, numbers: Tensor) -> Tensor:
    """A quarter of the way, in logarithms, to the ratios that make the distance moved the shortest, in their metric."""
    axes = state.ndim - 3
    moved = abs2((state - before).detach().to(torch.promote_types(state.dtype, torch.float64)))
    u, w, p, q = (summed(part) for part in moved.split((1, axes, axes, state.shape[2] - 1 - 2 * axes), 2))
    made, _, sigma, share, first = (n.to(u.device) for n in numbers.unbind(-1))
    least = (LEAST * (radii[..., 0] / radii[..., 1]).double() ** 2).clamp(max=1)
    alive = (w > 0) & (p > 0) & (q > 0)
    found = (share * ((w * p / (u * q)).sqrt() / share) ** WAY).maximum(least).clamp(max=1)
    share = torch.where(alive & (u > 0), found, share)
    found = sigma * (((p + share * q) / (u + w / share)).sqrt() / sigma) ** WAY
    sigma = torch.where(alive, found.maximum(first / FAR).minimum(first * FAR), sigma)
    return torch.stack([made, made + (made / 2).floor(), sigma, share, first], -1).to(numbers.device)


def _feasible(q: Tensor, t: Tensor, ratio: Tensor) -> tuple[Tensor, Tensor]:
    """A dual near q with |q| <= ratio and |E*q| <= t, and its E*q: accelerated gradient steps, and a scale at last.

    Beck, Teboulle 2009, 10.1137/080716542, on half of the squared distance of E*q from its ball.
    """
    before, age = q, 1.0
    for _ in range(POLISH):
        p = symmetrised_adjoint(q)
        new = _ball(q - symmetrised(p - _ball(p, t)) / squared(q[:, :, 0]), ratio)
        older, age = age, (1 + math.sqrt(1 + 4 * age**2)) / 2
        before, q = new, new + (older - 1) / age * (new - before)
    q, p = before, symmetrised_adjoint(before)
    largest = _moduli(p).flatten(2).amax(2)
    limit = t.flatten(2)[..., 0]
    scale = plane(torch.where(largest > limit, limit / torch.where(largest > 0, largest, 1), 1), q)
    return scale * q, scale * p


def _size(r: Tensor, dual: Tensor, radius: Tensor, damping: float = 0.0) -> tuple[Tensor, Tensor]:
    """sup <q, r> - damping |q|^2 / 2 over |q| <= radius, and how far the dual is from it: (B, C) each."""
    size = _moduli(r)
    reach = torch.minimum(size, radius) if damping else radius
    value = reach * size - damping / 2 * reach**2
    own = (r * dual.conj()).real.sum(2, keepdim=True) - damping / 2 * abs2(dual).sum(2, keepdim=True)
    return summed(value), summed(value - own).clamp(min=0)


def _moduli(r: Tensor) -> Tensor:
    return torch.linalg.vector_norm(r, dim=2, keepdim=True)


def _ball(r: Tensor, radius: Tensor) -> Tensor:
    energy, bound = abs2(r).sum(2, keepdim=True), radius**2
    return torch.where(energy > bound, radius / torch.where(energy > bound, energy, 1).sqrt(), 1) * r


def _spread(radii: Tensor, axes: int) -> tuple[Tensor, Tensor]:
    t, ratio = radii.unbind(-1)
    shape = (*t.shape, *[1] * (axes - 2))
    return t.reshape(shape), ratio.reshape(shape)
