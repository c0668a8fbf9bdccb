"""A part of the data."""

import re
from dataclasses import dataclass
from typing import Annotated

from torch import Tensor

from workbench.data.steps.base import Step, Stepped
from workbench.refusal import Refusal
from workbench.tensors import shown

_SPAN = re.compile(r"\s*(-?\d*)\s*:\s*(-?\d*)\s*")


@dataclass(frozen=True)
class Crop(Step):
    """The part of the data between two places of each axis: "0:40, 10:-10", as NumPy counts, from the first axis on.

    An axis without a span, or with ":" alone, stays whole. Angles of the views that are left out go with them: give
    those of the others.
    """

    region: Annotated[str, 'a span for each axis from the first one on, such as "0:40, 10:-10"'] = ":"

    def apply(self, values: Tensor, units: str) -> Stepped:
        spans = [_SPAN.fullmatch(text) for text in self.region.split(",")]
        if not all(spans) or len(spans) > values.ndim:
            raise self._unfit(values)
        slices = [slice(*(int(end) if end else None for end in span.groups())) for span in spans if span]
        part = values[tuple(slices)].clone()
        if not part.numel():
            raise self._unfit(values)
        kept = [s.indices(n)[:2] for s, n in zip(slices, values.shape, strict=False)]
        where = ", ".join(f"{a}:{b}" for a, b in kept)
        return Stepped(part, f"{shown(tuple(part.shape))} of {shown(tuple(values.shape))} kept, [{where}]", units)

    def _unfit(self, values: Tensor) -> Refusal:
        remedy = "write spans within the data, such as 0:40, 10:-10"
        return Refusal(f"a region of data of {shown(tuple(values.shape))}", repr(self.region), remedy)
