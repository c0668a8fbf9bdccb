"""Pairs of priors whose sum has a prox."""

from collections.abc import Mapping

import torch
from torch import Tensor

from workbench.parameters import as_code
from workbench.priors.base import Prior
from workbench.priors.can import Can
from workbench.priors.combined.within import Within, lies_within
from workbench.priors.gaussian.tikhonov import Tikhonov
from workbench.priors.gaussian.zero import Zero
from workbench.priors.sets.box import Box
from workbench.priors.sets.non_negative import NonNegative
from workbench.refusal import Refusal

_FAR = 1e6  # so far along a ray that its end shows the face of the domain to which it points


class Ridged:
    """f + w |x|^2 / 2, f any prior with a prox."""

    def __init__(self, prior: Prior, ridge: Prior, weight: float) -> None:
        self.prior, self.ridge, self.weight = prior, ridge, weight
        self.can = Can.PROX | (prior.can & Can.CONJUGATE)

    def prox(self, x: Tensor, step: float) -> Tensor:
        shrink = 1 + step * self.weight
        return self.prior.prox(x / shrink, step / shrink)

    def conjugate_prox(self, z: Tensor, step: float) -> Tensor:
        if step + self.weight == 0:
            return self.prior.conjugate_prox(z, 0.0)
        return z - step * self.prior.prox(z / (step + self.weight), 1 / (step + self.weight))

    def conjugate(self, z: Tensor) -> Tensor:
        """The Moreau envelope of f*."""
        if self.weight == 0:
            return self.prior.conjugate(z)
        nearest = self.prior.conjugate_prox(z, self.weight)
        return self.prior.conjugate(nearest) + Tikhonov(1 / self.weight)(z - nearest)

    def subgradients(self, x: Tensor, z: Tensor) -> Mapping[Prior, Tensor]:
        """z, a subgradient of the sum at x, as one of each prior."""
        return {self.prior: z - self.weight * x, self.ridge: self.weight * x}


class Clipped:
    """f + 0 on an interval, infinite beyond, f a convex sum over real entries: in one variable the proxes join."""

    can = Can.PROX

    def __init__(self, prior: Prior, interval: Prior) -> None:
        self.prior, self.interval = prior, interval
        inside = self.prox(torch.zeros(1, 1, 1, dtype=torch.float64), 1.0)
        if not bool((prior(inside) + interval(inside)).isfinite()):
            came = f"{as_code(prior)} and {as_code(interval)}"
            raise Refusal("two priors that allow a signal in common", came, "let their bounds overlap")

    def prox(self, x: Tensor, step: float) -> Tensor:
        return self.interval.prox(self.prior.prox(x, step), step)

    def subgradients(self, x: Tensor, z: Tensor) -> Mapping[Prior, Tensor]:
        """z, a subgradient of the sum at x, as one of each prior: of f the nearest to z."""
        nearest = self.prior.conjugate_prox(z + _FAR * x, _FAR)
        return {self.prior: nearest, self.interval: z - nearest}


def joined(first: Prior, second: Prior) -> Ridged | Clipped | Within | None:
    """The pair as one function with a prox, exact but for `Within`; None where it has none."""
    for prior, other in ((first, second), (second, first)):
        if Can.PROX not in prior.can:
            continue
        if isinstance(other, Tikhonov | Zero):
            return Ridged(prior, other, other.strong_convexity())
        if isinstance(other, NonNegative | Box) and prior.separable and Can.CONVEX in prior.can:
            return Clipped(prior, other)
    for prior, other in ((first, second), (second, first)):
        if lies_within(prior, other):
            return Within(prior, other)
    return None
