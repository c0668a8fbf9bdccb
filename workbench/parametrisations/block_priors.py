"""Blocks in one row of numbers, and priors of them."""

import functools
import math
from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from workbench.priors import Can, OnUnknown, Prior, Sum
from workbench.priors.base import Place
from workbench.refusal import Refusal, listed
from workbench.tensors import Shape, shown

_KEPT = Can.VALUE | Can.GRAD | Can.HVP | Can.PROX | Can.SPLIT | Can.DENOISE


@dataclass(frozen=True)
class Layout:
    """The shapes of the blocks, without the batch, in the order in which they stand in u, (B, 1, n)."""

    shapes: Mapping[str, Shape]

    def views(self, u: Tensor) -> dict[str, Tensor]:
        """The blocks by name."""
        parts = u.flatten(1).split([math.prod(shape) for shape in self.shapes.values()], 1)
        return {name: part.reshape(-1, *shape) for part, (name, shape) in zip(parts, self.shapes.items(), strict=True)}

    def joined(self, views: Mapping[str, Tensor]) -> Tensor:
        """The row of the blocks; Refusal where they are others than these."""
        came = {name: tuple(view.shape[1:]) for name, view in views.items()}
        if came != dict(self.shapes):
            wanted, told = (listed([f"{n} {shown(s)}" for n, s in each.items()]) for each in (self.shapes, came))
            raise Refusal(f"blocks that fit together: {wanted}", told or "none", "give each in its shape, batch first")
        return torch.cat([views[name].flatten(1) for name in self.shapes], 1)[:, None]


class BlockPriors(Prior):
    """g(u) = g_1(one block) + g_2(another) + ..., each prox by itself; other blocks are free."""

    can = _KEPT | Can.CONVEX

    def __init__(self, layout: Layout, parts: tuple[OnUnknown, ...]) -> None:
        super().__init__()
        self.layout, self.parts = layout, parts
        for number, part in enumerate(parts):
            self.add_module(str(number), part)
        self.can = functools.reduce(lambda can, part: can & part.prior.can, parts, type(self).can)
        if Can.PROX not in self.can:
            self.can &= ~(Can.SPLIT | Can.DENOISE)

    @property
    def given(self) -> Prior:
        return functools.reduce(Sum, self.parts)

    def placed(self, place: Place) -> Prior:
        return self.given.placed(place)

    def together(self, other: Prior) -> Prior | None:
        named = {part.block for part in self.parts}
        if isinstance(other, BlockPriors) and not named & {part.block for part in other.parts}:
            return BlockPriors(self.layout, (*self.parts, *other.parts))
        return None

    def forward(self, x: Tensor) -> Tensor:
        views = self.layout.views(x)
        return torch.stack([part.prior(views[part.block]) for part in self.parts]).sum(0)

    def grad(self, x: Tensor) -> Tensor:
        views = self.layout.views(x)
        return self._joined(x, {part.block: part.prior.grad(views[part.block]) for part in self.parts})

    def lipschitz(self) -> float:
        return max(part.prior.lipschitz() for part in self.parts)

    def hvp(self, x: Tensor, v: Tensor) -> Tensor:
        at, along = self.layout.views(x), self.layout.views(v)
        found = {part.block: part.prior.hvp(at[part.block], along[part.block]) for part in self.parts}
        return self._joined(x, found)

    def smoothed(self, width: float) -> Prior:
        parts = (OnUnknown(part.prior.smoothed(width), part.block) for part in self.parts)
        return BlockPriors(self.layout, tuple(parts))

    def prox(self, x: Tensor, step: float) -> Tensor:
        views = self.layout.views(x)
        return self.layout.joined(views | {part.block: part.prior.prox(views[part.block], step) for part in self.parts})

    def feasible(self, x: Tensor) -> Tensor:
        views = self.layout.views(x)
        inside = {part.block: part.prior.feasible(views[part.block]) for part in self.parts}
        same = all(inside[name] is views[name] for name in inside)
        return x if same else self.layout.joined(views | inside)

    def unfit(self, shape: Shape, dtype: torch.dtype) -> str:
        said = (part.prior.unfit(self.layout.shapes[part.block], dtype) for part in self.parts)
        return next(filter(None, said), "")

    def _joined(self, like: Tensor, found: Mapping[str, Tensor]) -> Tensor:
        """A row that is 0 where no block is found."""
        return self.layout.joined(self.layout.views(torch.zeros_like(like)) | dict(found))
