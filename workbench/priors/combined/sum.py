"""The sum of two priors: exact where their proxes join, else a stack of their linear maps."""

import functools
from collections.abc import Mapping
from typing import Annotated

import torch
from torch import Tensor

from workbench.operators import Identity, LinearOperator
from workbench.priors.base import Place, Prior
from workbench.priors.can import Can
from workbench.priors.combined.joint import Ridged, joined
from workbench.priors.combined.pair import Pair, cut, rows, stack
from workbench.priors.combined.within import Within
from workbench.priors.sparsity.l1 import L1
from workbench.priors.variation.total_variation import TotalVariation
from workbench.tensors import Each, Shape

_ROUNDS = 100
_SHARED = Can.VALUE | Can.GRAD | Can.HVP | Can.CONVEX | Can.QUADRATIC


class Sum(Prior):
    """g(x) = first(x) + second(x).

    With Tikhonov, a prox stays exact: x / (1 + step w), then the prox at step / (1 + step w). So it does for a sum over
    entries and NonNegative or Box: the prox, then the projection. Total variation or wavelets within a set have an
    iterative one, by its dual. Convex pairs are split, as (outer_1 + outer_2)(K_1 x, K_2 x): constraints in them are
    met in the limit only, and the value is infinite before. What a run shows is the value at `feasible(x)`.
    Combettes, Pesquet 2007, 10.1109/JSTSP.2007.910264; total variation and l1: Tibshirani et al. 2005.
    """

    formula = r"g(x) = g_1(x) + g_2(x)"

    def __init__(
        self,
        first: Annotated[Prior, "first prior"] = TotalVariation(),
        second: Annotated[Prior, "second prior"] = L1(),
    ) -> None:
        super().__init__()
        self.first, self.second = first, second
        self.can = first.can & second.can & _SHARED
        self.separable = first.separable and second.separable
        found = joined(first, second)
        self._joint = None if isinstance(found, Within) else found
        self._within = found if isinstance(found, Within) else None
        if found is not None:
            self.can |= Can.PROX | Can.SPLIT | Can.DENOISE | (found.can & Can.CONJUGATE)
            self.keeps_sign = first.keeps_sign and second.keeps_sign
        elif Can.SPLIT | Can.CONVEX in first.can & second.can:
            self.can |= Can.SPLIT

    def forward(self, x: Tensor) -> Tensor:
        return self.first(x) + self.second(x)

    def summands(self) -> Mapping[str, Prior]:
        return {"first": self.first, "second": self.second}

    def grad(self, x: Tensor) -> Tensor:
        self._require(Can.GRAD)
        return self.first.grad(x) + self.second.grad(x)

    def lipschitz(self) -> float:
        self._require(Can.GRAD)
        return self.first.lipschitz() + self.second.lipschitz()

    def lipschitz_on(self, shape: Shape) -> float:
        self._require(Can.GRAD)
        return self.first.lipschitz_on(shape) + self.second.lipschitz_on(shape)

    def hvp(self, x: Tensor, v: Tensor) -> Tensor:
        self._require(Can.HVP)
        return self.first.hvp(x, v) + self.second.hvp(x, v)

    def prox(self, x: Tensor, step: float) -> Tensor:
        found = self._joint or self._within
        return super().prox(x, step) if found is None else found.prox(x, step)

    def conjugate_prox(self, z: Tensor, step: float) -> Tensor:
        joint = self._joint
        return joint.conjugate_prox(z, step) if isinstance(joint, Ridged) else super().conjugate_prox(z, step)

    def conjugate(self, z: Tensor) -> Tensor:
        return self._joint.conjugate(z) if isinstance(self._joint, Ridged) else super().conjugate(z)

    def strong_convexity(self) -> float:
        return self.first.strong_convexity() + self.second.strong_convexity()

    def feasible(self, x: Tensor) -> Tensor:
        inside = self.second.feasible(self.first.feasible(x))
        if inside is x:
            return x  # neither is a constraint
        for _ in range(_ROUNDS):  # in turn, which ends in both sets where they meet
            if bool(self(inside).isfinite().all()):
                break
            inside = self.second.feasible(self.first.feasible(inside))
        return inside

    @property
    def outer(self) -> Prior:
        self._require(Can.SPLIT)
        return self if self._joint is not None else Pair(self.first.outer, self.second.outer, self._cut)

    def linear(self, shape: Shape) -> LinearOperator:
        self._require(Can.SPLIT)
        if self._joint is not None:
            return Identity(shape)
        return stack(self.first.linear(shape), self.second.linear(shape))

    def periodic_split(self, shape: Shape) -> tuple[Prior, LinearOperator]:
        if self._joint is not None:
            return super().periodic_split(shape)
        self._require(Can.SPLIT)
        (h1, K1), (h2, K2) = self.first.periodic_split(shape), self.second.periodic_split(shape)
        return Pair(h1, h2, functools.partial(cut, shapes=(K1.out_shape, K2.out_shape))), stack(K1, K2)

    def dual_split(self, shape: Shape) -> tuple[Prior, LinearOperator]:
        if Can.CONJUGATE in self.can:
            return self, Identity(shape)
        (h1, K1), (h2, K2) = self.first.dual_split(shape), self.second.dual_split(shape)
        return Pair(h1, h2, functools.partial(cut, shapes=(K1.out_shape, K2.out_shape))), stack(K1, K2)

    def multiplier(self, x: Tensor, z: Tensor) -> Tensor | None:
        if Can.CONJUGATE in self.can:
            return None
        both = (self.first, self.second)
        parts = [self._within.multipliers(x, z)[p] for p in both] if self._within else self._multipliers(x, z)
        return None if parts is None else torch.cat([part.reshape(len(x), -1, *x.shape[2:]) for part in parts], 1)

    def _multipliers(self, x: Tensor, z: Tensor) -> list[Tensor] | None:
        if self._joint is None:
            return None
        known, shape = self._joint.subgradients(x, z), tuple(x.shape[1:])
        found = []
        for prior in (self.first, self.second):
            part = prior.multiplier(x, known[prior])
            if part is None and isinstance(prior.dual_split(shape)[1], Identity):
                part = known[prior]
            if part is None:
                return None
            found.append(part)
        return found

    @property
    def given(self) -> Prior:
        parts = self.first.given, self.second.given
        return self if parts == (self.first, self.second) else Sum(*parts)

    def placed(self, place: Place) -> Prior:
        first, second = self.first.placed(place), self.second.placed(place)
        if (first, second) == (self.first, self.second):
            return self
        return first.together(second) or Sum(first, second)

    @property
    def sloped(self) -> bool:
        return self.first.sloped and self.second.sloped

    def subgradient(self, x: Tensor, fineness: Each) -> Tensor:
        if Can.GRAD in self.can or Can.SPLIT in self.can:
            return super().subgradient(x, fineness)
        return self.first.subgradient(x, fineness) + self.second.subgradient(x, fineness)

    def unfit(self, shape: Shape, dtype: torch.dtype) -> str:
        return self.first.unfit(shape, dtype) or self.second.unfit(shape, dtype)

    def _require(self, ability: Can) -> None:
        if ability not in self.can:
            raise self._lacks(ability)

    def _cut(self, z: Tensor) -> tuple[Tensor, Tensor]:
        """The images of both maps in their stack, whose rows are in proportion to the channels."""
        space = tuple(z.shape[2:])
        height = sum(rows(p.linear((1, *space))) for p in (self.first, self.second))
        shape = (z.shape[1] // height, *space)
        return cut(z, (self.first.linear(shape).out_shape, self.second.linear(shape).out_shape))
