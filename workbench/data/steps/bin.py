"""Neighbouring values as one."""

import math
from dataclasses import dataclass
from typing import Annotated

from torch import Tensor

from workbench.data.steps.base import Step, Stepped, require_axes
from workbench.parameters import Range
from workbench.refusal import Refusal
from workbench.tensors import shown


@dataclass(frozen=True)
class Bin(Step):
    """Means over blocks of neighbours along the last axes, or their sums, as counts are summed.

    What is left over at the end of an axis is left out. A bin is as wide as all of its block: a pixel size given to
    the operator grows with it, an offset in bins shrinks.
    """

    size: Annotated[tuple[int, ...], Range(1, 8, limits=(1, 65536)), "values a block, of each last axis"] = (2,)
    total: Annotated[bool, "sums in place of means"] = False

    def apply(self, values: Tensor, units: str) -> Stepped:
        require_axes(values, len(self.size), self)
        first = values.ndim - len(self.size)
        blocks = [n // size for n, size in zip(values.shape[first:], self.size, strict=True)]
        if min(blocks, default=0) < 1:
            came = f"blocks of {shown(self.size) or 'no axis'} in data of {shown(tuple(values.shape))}"
            raise Refusal("blocks that fit into the data", came, "give smaller ones")
        left = [n % size for n, size in zip(values.shape[first:], self.size, strict=True)]
        used = values[(..., *(slice(b * s) for b, s in zip(blocks, self.size, strict=True)))]
        split = used.reshape(*values.shape[:first], *(n for pair in zip(blocks, self.size, strict=True) for n in pair))
        axes = tuple(range(first + 1, first + 2 * len(self.size), 2))
        made = split.sum(axes) if self.total else split.mean(axes)
        said = f"{'sums' if self.total else 'means'} of {math.prod(self.size)} values, blocks of {shown(self.size)}"
        ends = [f"{n} at the end of axis {first + k}" for k, n in enumerate(left) if n]
        return Stepped(made, said + (f"; left out {' and '.join(ends)}" if ends else ""), units)
