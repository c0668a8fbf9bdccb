"""Few cells of a recursive dyadic partition."""

import math
from typing import Annotated

import torch
from torch import Tensor

from workbench.priors.base import Prior, Weight
from workbench.priors.can import Can
from workbench.priors.sets.indicator import indicator, no_order
from workbench.refusal import Refusal
from workbench.tensors import Shape, abs2, shown

_SAME = 64  # units in the last place of the largest modulus: values that count as one


class DyadicPartition(Prior):
    """g(x) = weight times the fewest cells of a recursive dyadic partition in each of which x is constant: not convex.

    The whole is one cell, or halved along its longest sides, each part again, down to pixels; each channel by itself.
    The prox replaces x by its mean in the cells of the partition of least |x - mean|^2 / 2 + step weight cells, which
    is found from pixels up: exact, with x >= 0 too. Made for counts, with SPIRAL. Willett & Nowak 2007,
    doi 10.1109/TIT.2007.903139; Harmany et al. 2012, doi 10.1109/TIP.2011.2168410.
    """

    formula = r"g(x) = w\, \min \{\#P : P \text{ dyadic},\; x \text{ constant in its cells}\}"

    can = Can.VALUE | Can.PROX | Can.SPLIT | Can.DENOISE
    suits = frozenset({"piecewise constant"})
    keeps_sign = True

    def __init__(
        self,
        weight: Weight = 2.0,
        nonnegative: Annotated[bool, "no cell below 0: intensities, counts"] = False,
    ) -> None:
        super().__init__()
        self.weight, self.nonnegative = weight, nonnegative

    def forward(self, x: Tensor) -> Tensor:
        _require(x)
        cells = torch.ones_like(x.real)
        parts = torch.view_as_real(x.resolve_conj()) if x.is_complex() else x[..., None]
        low = high = parts
        slack = _SAME * torch.finfo(cells.dtype).eps * x.abs().flatten(1).amax(1)
        while cells[0, 0].numel() > 1:
            low, high = _blocks(low, 1).amin(-2), _blocks(high, 1).amax(-2)
            flat = (high - low).amax(-1) <= slack.view(-1, *[1] * (cells.ndim - 1))
            cells = torch.where(flat, 1.0, _blocks(cells).sum(-1))
        value = self.weight * cells.flatten(1).sum(1)
        return value + indicator(x, x.clamp_min(0)) if self.nonnegative else value

    def prox(self, x: Tensor, step: float) -> Tensor:
        _require(x)
        price = step * self.weight
        levels: list[tuple[Tensor, Tensor]] = []
        total, square, pixels = x, abs2(x), self._bounded(x)
        best, count = abs2(pixels - x) / 2 + price, 1
        while total[0, 0].numel() > 1:
            children = _blocks(total)
            count *= children.shape[-1]
            total, square = children.sum(-1), _blocks(square).sum(-1)
            mean = self._bounded(total / count)
            spread = (square - abs2(total) / count).clamp_min(0) + count * abs2(mean - total / count)
            whole, apart = spread / 2 + price, _blocks(best).sum(-1)
            levels.append((whole <= apart, mean))
            best = torch.minimum(whole, apart)
        found, settled = torch.zeros_like(total), torch.zeros_like(total.real, dtype=torch.bool)
        for is_whole, mean in reversed(levels):
            found, settled = _spread(found, mean.shape), _spread(settled, mean.shape)
            found, settled = torch.where(settled | ~is_whole, found, mean), settled | is_whole
        return torch.where(_spread(settled, x.shape), _spread(found, x.shape), pixels)

    def feasible(self, x: Tensor) -> Tensor:
        return self._bounded(x)

    def _bounded(self, x: Tensor) -> Tensor:
        return x.clamp_min(0) if self.nonnegative else x

    def strong_convexity(self) -> float:
        return -math.inf if self.weight else 0.0

    def unfit(self, shape: Shape, dtype: torch.dtype) -> str:
        if self.nonnegative and (sentence := no_order(self, dtype)):
            return sentence
        if any(side & (side - 1) for side in shape[1:]):
            return f"dyadic partitions are of sides that are powers of two, not {shown(shape[1:])}: crop or resample it"
        return ""


def _require(x: Tensor) -> None:
    if any(side & (side - 1) for side in x.shape[2:]):
        raise Refusal("sides that are powers of two", shown(tuple(x.shape[2:])), "crop or resample the signal")


def _blocks(x: Tensor, trailing: int = 0) -> Tensor:
    """Blocks of two along every axis that is longer than a pixel, (B, C, *halves, block); the last axes stay behind."""
    space = x.shape[2 : x.ndim - trailing]
    split = [n for side in space for n in ((side // 2, 2) if side > 1 else (1, 1))]
    parts = x.reshape(*x.shape[:2], *split, *x.shape[x.ndim - trailing :])
    axes = range(len(space))
    order = [0, 1, *(2 + 2 * i for i in axes), *(3 + 2 * i for i in axes), *range(2 + 2 * len(space), parts.ndim)]
    parts = parts.permute(order)
    return parts.flatten(2 + len(space), 1 + 2 * len(space))


def _spread(x: Tensor, shape: torch.Size) -> Tensor:
    """Each cell's value in the cells of a finer grid."""
    for axis in range(2, x.ndim):
        if x.shape[axis] != shape[axis]:
            x = x.repeat_interleave(2, axis)
    return x
