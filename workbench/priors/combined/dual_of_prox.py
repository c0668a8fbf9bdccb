"""The prox of h(K x) within a convex set, and a subgradient of it, both by the dual of the prox."""

from dataclasses import dataclass

import torch
from torch import Tensor

from workbench.linalg import operator_norm
from workbench.operators import LinearOperator
from workbench.priors.base import Prior
from workbench.tensors import abs2, dot, norm, spread, times

_LOOK = 10  # dual steps between two looks at the gap
_ROUNDING = 64  # units in the last place: a gap that is not told from 0
_FINE, _MOST = 1e-12, 300  # of the objective, the gap at which a subgradient is found, and the most steps to it
_SHORT = 0.1  # of the spread of x, the farthest that a subgradient is followed


@dataclass(frozen=True)
class SplitPrior:
    """h(K x), h convex and its conjugate known, within a convex set where there is one."""

    outer: Prior
    linear: LinearOperator
    bounds: Prior | None = None

    def inside(self, x: Tensor) -> Tensor:
        return x if self.bounds is None else self.bounds.prox(x, 1.0)


@dataclass(frozen=True)
class Solved:
    """The prox, its dual, its objective, the duality gap that is left, and the dual steps, (B,) each."""

    x: Tensor
    dual: Tensor
    value: Tensor
    gap: Tensor
    iterations: Tensor

    def unless(self, other: Tensor, new: "Solved") -> "Solved":
        """With the new one of the items at which `other` holds, (B,)."""
        signals = ((self.x, new.x), (self.dual, new.dual))
        pairs = ((self.value, new.value), (self.gap, new.gap), (self.iterations, new.iterations))
        x, dual = (torch.where(spread(other, before), after, before) for before, after in signals)
        return Solved(x, dual, *(torch.where(other, after, before) for before, after in pairs))


def solved(prior: SplitPrior, x: Tensor, step: float, tolerance: float, most: int) -> Solved:
    """P(x - step K* z), z the best in dom h*, by FISTA with restarts; it ends by the gap, once the prox rests.

    z <- prox_{t h*}(v + t K P(x - step K* v)), t = 1 / (step |K|^2), v ahead of z, with the gap
    step (h(K u) - <K u, z> + h*(z)). Beck & Teboulle 2009, doi 10.1109/TIP.2009.2028250.
    """
    h, K = prior.outer, prior.linear
    length = 1 / (step * operator_norm(K, x) ** 2)

    def primal(z: Tensor) -> Tensor:
        return prior.inside(x - step * K.adjoint(z))

    def looked(z: Tensor, k: int) -> Solved:
        u = primal(z)
        seen, away = K(u), u - x
        value = dot(away, away) / 2 + step * h(seen)
        gap = step * (h(seen) - dot(seen, z) + h.conjugate(z))
        return Solved(u, z, value, gap, torch.full_like(value, k))

    z = ahead = torch.zeros_like(K(x))
    found = looked(z, 0)
    pace = torch.ones_like(found.value)
    settled = torch.zeros_like(found.value, dtype=torch.bool)  # each item ends by itself
    for k in range(1, most + 1):
        new = h.conjugate_prox(ahead + length * K(primal(ahead)), length)
        pace = torch.where(dot(ahead - new, new - z) > 0, 1.0, pace)  # it had overshot: begin to speed up anew
        quicker = (1 + (1 + 4 * pace**2).sqrt()) / 2
        ahead, z, pace = new + times((pace - 1) / quicker, new - z), new, quicker
        if k % _LOOK and k < most:
            continue
        new_look = looked(z, k)
        fine = max(tolerance, _ROUNDING * torch.finfo(new_look.value.dtype).eps)
        still = norm(new_look.x - found.x) <= fine * norm(new_look.x)
        found = found.unless(~settled, new_look)
        settled = settled | ((found.gap <= fine * found.value) & still)
        if bool(settled.all()):
            break
    return found


def subgradients(prior: SplitPrior, x: Tensor, z: Tensor) -> tuple[Tensor, Tensor]:
    """(q, c), q in dom h* and c normal to the set, with K*q + c near z, a subgradient of the prior at x but for errors.

    At a minimum x = prox(x + t z), whose dual is q, and c what the projection takes away.
    """
    each = [_subgradient(prior, x[i : i + 1], z[i : i + 1]) for i in range(len(x))]
    duals, normals = zip(*each, strict=True)
    return torch.cat(duals), torch.cat(normals)


def _subgradient(prior: SplitPrior, x: Tensor, z: Tensor) -> tuple[Tensor, Tensor]:
    sizes = (abs2(x - x.mean()).mean().sqrt(), abs2(x).mean().sqrt(), torch.ones_like(abs2(x).mean()))
    largest = float(abs2(z).amax().sqrt()) or 1.0
    step = _SHORT * next(float(size) for size in sizes if size > 0) / largest
    ahead = x + step * z
    found = solved(prior, ahead, step, _FINE, _MOST)
    return found.dual, (ahead - found.x) / step - prior.linear.adjoint(found.dual)
