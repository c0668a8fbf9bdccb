"""Total variation in plain torch: any device, any precision, differentiable."""

import torch
from torch import Tensor

from workbench.tensors import abs2, spread

CHECK = 10  # dual steps between two looks at the gap


def gradient(x: Tensor) -> Tensor:
    return torch.stack([x.diff(dim=k, append=x.narrow(k, -1, 1)) for k in range(2, x.ndim)], 2)


def divergence(p: Tensor) -> Tensor:
    return sum((_ends(q.narrow(k, 0, q.shape[k] - 1), k) for k, q in enumerate(p.unbind(2), 2)), p.new_zeros(()))


def _ends(q: Tensor, k: int) -> Tensor:
    """Differences with 0 put before and after: the last entry of p meets a difference that is always 0."""
    zero = q.new_zeros([1 if axis == k else n for axis, n in enumerate(q.shape)])
    return q.diff(dim=k, prepend=zero, append=zero)


def tv(x: Tensor, isotropic: bool) -> Tensor:
    return _moduli(gradient(x), isotropic).flatten(1).sum(1)


def _moduli(g: Tensor, isotropic: bool) -> Tensor:
    """|g| of each pixel, or of each difference: (B, C, 1 or d, *space). The norm's derivative at 0 is taken as 0."""
    return torch.linalg.vector_norm(g, dim=2, keepdim=True) if isotropic else g.abs()


def _project(q: Tensor, isotropic: bool) -> Tensor:
    energy = abs2(q).sum(2, keepdim=True) if isotropic else abs2(q)
    return q / energy.clamp(min=1).sqrt()


def solve(x: Tensor, t: Tensor, isotropic: bool, tolerance: float, iterations: int, dual: Tensor) -> tuple:
    planes = x.shape[:2]
    t = t[:, None].expand(planes)
    lipschitz = 4.0 * max(1, sum(n > 1 for n in x.shape[2:]))
    step = spread(1 / (lipschitz * t), dual)
    floor = torch.finfo(x.dtype).eps * t * x.abs().flatten(2).sum(2)
    p = before = _project(torch.where(_inner(dual), dual, 0), isotropic)
    theta, beta = torch.ones_like(t), torch.zeros_like(t)
    count = torch.zeros(planes, dtype=torch.int64, device=x.device)
    for k in range(iterations + 1):
        if k % CHECK == 0 or k == iterations:
            u, value, gap = _certificate(x, t, p, isotropic)
            active = gap > torch.maximum(tolerance * value, floor)  # a NaN stops, too
            if k == iterations or not bool(active.any()):
                break
        r = p + spread(beta, p) * (p - before)
        q = _project(r + step * gradient(x + spread(t, x) * divergence(r)), isotropic)
        q = torch.where(spread(active, p), q, p)
        uphill = ((r - q) * (q - p).conj()).real.flatten(2).sum(2) > 0
        following = torch.where(uphill, 1.0, (1 + (1 + 4 * theta * theta).sqrt()) / 2)
        beta, theta = torch.where(uphill, 0.0, (theta - 1) / following), following
        p, before = q, p
        count += active
    return u, p, value.sum(1), gap.sum(1), count.amax(1)


def _certificate(x: Tensor, t: Tensor, p: Tensor, isotropic: bool) -> tuple[Tensor, Tensor, Tensor]:
    """u = x + t div p, P(u) and the gap t (|Du| - <Du, p>), a sum of terms >= 0: it loses no digits."""
    u = x + spread(t, x) * divergence(p)
    g = gradient(u)
    size = _moduli(g, isotropic).flatten(2).sum(2)
    inner = (g * p.conj()).real.flatten(2).sum(2)
    return u, abs2(u - x).flatten(2).sum(2) / 2 + t * size, (t * (size - inner)).clamp(min=0)


def _inner(p: Tensor) -> Tensor:
    """Where differences reach inside the image; the others are 0 always and so is their dual."""
    inner = torch.ones(p.shape[2:], dtype=torch.bool, device=p.device)
    for k in range(p.shape[2]):
        inner[k].select(k, -1).fill_(False)
    return inner
