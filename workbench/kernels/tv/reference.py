"""Total variation in plain torch: any device, any precision, any number of axes, differentiable.

`scale` has what the differences along each axis are multiplied by, 1 / spacing; () leaves them as they are.
"""

from typing import Any

import torch
from torch import Tensor

from workbench.tensors import abs2, spread

BLOCK = 10  # dual steps between two looks at the gap and at the slope along the last step

Scale = tuple[float, ...]


def gradient(x: Tensor, scale: Scale = ()) -> Tensor:
    return scaled(torch.stack([x.diff(dim=k, append=x.narrow(k, -1, 1)) for k in range(2, x.ndim)], 2), scale)


def divergence(p: Tensor, scale: Scale = ()) -> Tensor:
    parts = enumerate(scaled(p, scale).unbind(2), 2)
    return sum((_ends(q.narrow(k, 0, q.shape[k] - 1), k) for k, q in parts), p.new_zeros(()))


def scaled(p: Tensor, scale: Scale) -> Tensor:
    """Each component of a field (B, C, d, *space) times its number."""
    if not scale:
        return p
    return p * torch.tensor(scale, dtype=p.real.dtype, device=p.device).reshape(-1, *[1] * (p.ndim - 3))


def _ends(q: Tensor, k: int) -> Tensor:
    """Differences with 0 put before and after: the last entry of p meets a difference that is always 0."""
    zero = q.new_zeros([1 if axis == k else n for axis, n in enumerate(q.shape)])
    return q.diff(dim=k, prepend=zero, append=zero)


def tv(x: Tensor, isotropic: bool, scale: Scale = ()) -> Tensor:
    return _moduli(gradient(x, scale), isotropic).flatten(1).sum(1)


def _moduli(g: Tensor, isotropic: bool) -> Tensor:
    """|g| of each pixel, or of each difference: (B, C, 1 or d, *space). The norm's derivative at 0 is taken as 0."""
    return torch.linalg.vector_norm(g, dim=2, keepdim=True) if isotropic else g.abs()


def project(q: Tensor, isotropic: bool) -> Tensor:
    energy = abs2(q).sum(2, keepdim=True) if isotropic else abs2(q)
    return q / energy.clamp(min=1).sqrt()


def feasible(dual: Tensor, isotropic: bool) -> Tensor:
    """A start whose moduli are at most 1, and 0 where differences reach outside."""
    return project(torch.where(inner(dual), dual, 0), isotropic)


def lipschitz(x: Tensor, scale: Scale = ()) -> float:
    """A bound of |D|^2: 4, times the square of its scale, for each axis along which there are differences."""
    space = x.shape[2:]
    found = sum(s * s for n, s in zip(space, scale or (1.0,) * len(space), strict=True) if n > 1)
    return 4.0 * (found or 1.0)


def dual_steps(x: Tensor, t: Tensor, scale: Scale = ()) -> Tensor:
    """1 / (|D|^2 t) of each plane, (B, C); below the square of x's rounding a t counts as that, or squares overflow."""
    least = torch.finfo(x.dtype).eps ** 2 * x.detach().abs().flatten(1).amax(1)
    return (1 / (lipschitz(x, scale) * torch.maximum(t, least)))[:, None].expand(x.shape[:2])


def momentum(theta: Any, steps: int) -> tuple[list[Any], Any]:
    """Nesterov's weights of the next steps, (N,) each, and where his sequence stands after them; arrays or tensors."""
    betas = []
    for _ in range(steps):
        grown = (1 + (1 + 4 * theta**2) ** 0.5) / 2
        betas.append((theta - 1) / grown)
        theta = grown
    return betas, theta


def solve(
    x: Tensor,
    t: Tensor,
    isotropic: bool,
    tolerance: float,
    iterations: int,
    dual: Tensor | None,
    scale: Scale = (),
) -> tuple:
    planes = x.shape[:2]
    step = dual_steps(x, t, scale).reshape(*planes, *[1] * (x.ndim - 1))
    t = t[:, None].expand(planes)
    floor = torch.finfo(x.dtype).eps * t * _total(x.abs())
    p = torch.zeros_like(gradient(x)) if dual is None else feasible(dual, isotropic)
    before = p
    theta = torch.ones(planes, dtype=torch.float64, device=x.device)
    active, count = torch.ones_like(t, dtype=torch.bool), torch.zeros_like(t, dtype=torch.int64)
    k = 0
    while True:
        u, value, gap = _certificate(x, t, p, isotropic, scale)
        active = active & (gap > torch.maximum(tolerance * value, floor))  # a NaN stops, too
        if k == iterations or not bool(active.any()):
            return u, p, value.sum(1), gap.sum(1), count.amax(1)
        betas, theta = momentum(theta, min(BLOCK, iterations - k))
        r = p
        for beta in betas:
            r = p + spread(beta.to(t.dtype), p) * (p - before)
            ahead = gradient(x + spread(t, x) * divergence(r, scale), scale)
            q = project(r + step * ahead, isotropic)
            p, before = torch.where(spread(active, p), q, p), p
        uphill = _total(((r - p) * (p - before).conj()).real) > 0
        theta = torch.where(uphill, 1.0, theta)
        k += len(betas)
        count = torch.where(active, k, count)


def _certificate(x: Tensor, t: Tensor, p: Tensor, isotropic: bool, scale: Scale) -> tuple[Tensor, Tensor, Tensor]:
    """u = x + t div p, P(u) and the gap t (|Du| - <Du, p>), a sum of terms >= 0: it loses no digits."""
    u = x + spread(t, x) * divergence(p, scale)
    g = gradient(u, scale)
    moduli, inner = _moduli(g, isotropic), (g * p.conj()).real
    slack = _total(moduli - (inner.sum(2, keepdim=True) if isotropic else inner))
    return u, _total(abs2(u - x)) / 2 + t * _total(moduli), (t * slack).clamp(min=0)


def _total(x: Tensor) -> Tensor:
    """The sum over each plane: (B, C, ...) -> (B, C)."""
    return x.flatten(2).sum(2)


def inner(p: Tensor) -> Tensor:
    """Where differences reach inside the image; the others are 0 always and so is their dual."""
    inside = torch.ones(p.shape[2:], dtype=torch.bool, device=p.device)
    for k in range(p.shape[2]):
        inside[k].select(k, -1).fill_(False)
    return inside
