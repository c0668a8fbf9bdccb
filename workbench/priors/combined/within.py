"""A convex prior within a convex set, by the dual of its prox."""

from dataclasses import dataclass

import torch
from torch import Tensor

from workbench.linalg import operator_norm
from workbench.priors.base import Prior
from workbench.priors.can import Can
from workbench.priors.variation.iterative import told
from workbench.tensors import dot, norm, spread, times

_TOLERANCE, _MOST = 1e-6, 10_000  # of the objective, the gap that ends a prox, and its most dual steps
_LOOK = 10  # dual steps between two looks at the gap
_ROUNDING = 64  # units in the last place: a gap that is not told from 0


@dataclass(frozen=True)
class Solved:
    """The prox, its objective, the duality gap that is left, and the dual steps, (B,) each."""

    x: Tensor
    value: Tensor
    gap: Tensor
    iterations: Tensor

    def unless(self, other: Tensor, new: "Solved") -> "Solved":
        """With the new one of the items at which `other` holds, (B,)."""
        x = torch.where(spread(other, self.x), new.x, self.x)
        pairs = ((self.value, new.value), (self.gap, new.gap), (self.iterations, new.iterations))
        return Solved(x, *(torch.where(other, after, before) for before, after in pairs))


class Within:
    """f + 0 in a convex set C, infinite outside, f = h(K x): prox(x) = P(x - step K* z), z the best in dom h*.

    z <- prox_{t h*}(v + t K P(x - step K* v)), t = 1 / (step |K|^2), v ahead of z as in FISTA, with restarts; it ends
    by the gap step (h(K u) - <K u, z> + h*(z)), once u rests. Beck & Teboulle 2009, doi 10.1109/TIP.2009.2028250.
    """

    can = Can.PROX

    def __init__(self, prior: Prior, bounds: Prior) -> None:
        self.prior, self.bounds = prior, bounds
        self.tolerance = float(getattr(prior, "tolerance", _TOLERANCE))
        self.iterations = min(int(getattr(prior, "iterations", _MOST)), _MOST)

    def prox(self, x: Tensor, step: float) -> Tensor:
        if step == 0:
            return self.bounds.prox(x, 1.0)
        return told(self._solve(x, step), self, type(self.prior)).x

    def _solve(self, x: Tensor, step: float) -> Solved:
        h, K = self.prior.dual_split(tuple(x.shape[1:]))
        length = 1 / (step * operator_norm(K, x) ** 2)

        def primal(z: Tensor) -> Tensor:
            return self.bounds.prox(x - step * K.adjoint(z), 1.0)

        def looked(z: Tensor, k: int) -> Solved:
            u = primal(z)
            seen, away = K(u), u - x
            value = dot(away, away) / 2 + step * h(seen)
            gap = step * (h(seen) - dot(seen, z) + h.conjugate(z))
            return Solved(u, value, gap, torch.full_like(value, k))

        z = ahead = torch.zeros_like(K(x))
        found = looked(z, 0)
        pace = torch.ones_like(found.value)
        settled = torch.zeros_like(found.value, dtype=torch.bool)  # each item ends by itself
        for k in range(1, self.iterations + 1):
            new = h.conjugate_prox(ahead + length * K(primal(ahead)), length)
            pace = torch.where(dot(ahead - new, new - z) > 0, 1.0, pace)  # it had overshot: begin to speed up anew
            quicker = (1 + (1 + 4 * pace**2).sqrt()) / 2
            ahead, z, pace = new + times((pace - 1) / quicker, new - z), new, quicker
            if k % _LOOK and k < self.iterations:
                continue
            new_look = looked(z, k)
            fine = max(self.tolerance, _ROUNDING * torch.finfo(new_look.value.dtype).eps)
            still = norm(new_look.x - found.x) <= fine * norm(new_look.x)
            found = found.unless(~settled, new_look)
            settled = settled | ((found.gap <= fine * found.value) & still)
            if bool(settled.all()):
                break
        return found


def lies_within(prior: Prior, bounds: Prior) -> bool:
    """Whether the pair is a convex prior, of which the conjugate behind its linear map is known, and a convex set."""
    convex_set = Can.PROJECTION | Can.CONVEX in bounds.can
    splits = Can.SPLIT | Can.CONVEX | Can.VALUE in prior.can and Can.PROJECTION not in prior.can
    return convex_set and splits and Can.CONJUGATE in prior.outer.can
