"""The order and the direction of axes."""

from dataclasses import dataclass
from typing import Annotated

from torch import Tensor

from workbench.data.steps.base import Step, Stepped
from workbench.parameters import Range
from workbench.refusal import Refusal
from workbench.tensors import shown


@dataclass(frozen=True)
class FlipAxis(Step):
    """The data from the end of an axis to its beginning, as where a detector counts the other way."""

    axis: Annotated[int, Range(-1, 2, limits=(-8, 7)), "which axis, from 0; -1 is the last one"] = -1

    def apply(self, values: Tensor, units: str) -> Stepped:
        if not -values.ndim <= self.axis < values.ndim:
            came = f"axis {self.axis} of data of {shown(tuple(values.shape)) or 'one number'}"
            raise Refusal("an axis of the data", came, "axes count from 0")
        return Stepped(values.flip(self.axis), f"axis {self.axis % values.ndim} flipped", units)


@dataclass(frozen=True)
class TransposeAxes(Step):
    """The axes in another order: (1, 0) makes angles x bins of bins x angles."""

    order: Annotated[tuple[int, ...], "the axes of the data, from 0, in the order wanted"] = (1, 0)

    def apply(self, values: Tensor, units: str) -> Stepped:
        if sorted(self.order) != list(range(values.ndim)):
            came = f"{self.order} for data of {shown(tuple(values.shape)) or 'one number'}"
            raise Refusal("each axis of the data once", came, f"name the axes 0 to {values.ndim - 1}")
        return Stepped(values.permute(self.order).contiguous(), f"axes in the order {self.order}", units)
