"""Single pixels that are wrong."""

from dataclasses import dataclass
from typing import Annotated

import numpy as np
import torch
from torch import Tensor

from workbench.data.steps.base import Step, Stepped, require_axes, require_real
from workbench.data.steps.medians import moving_median
from workbench.parameters import Range
from workbench.refusal import Refusal

_MAD = 0.6744897501960817  # of a standard normal number


@dataclass(frozen=True)
class Outliers(Step):
    """Values far from the median of their neighbourhood become that median: zingers, hot and dead pixels.

    Far is more than `threshold` standard deviations of the difference, which is told robustly, by its median (over
    0.6745). The neighbourhood has `size` values along each of the last two axes, or the only one.
    """

    size: Annotated[int, Range(3, 9, unit="px", limits=(3, 99)), "values a side of a neighbourhood, an odd number"] = 3
    threshold: Annotated[
        float, Range(3, 30, log=True, limits=(1, 1e6)), "standard deviations from which a value is wrong"
    ] = 10.0

    def apply(self, values: Tensor, units: str) -> Stepped:
        require_axes(values, 1, self)
        require_real(values, self)
        array = values.numpy()
        middle = moving_median(array, self.size, axes=tuple(range(-min(2, array.ndim), 0)))
        away = np.abs(array - middle)
        sigma = float(np.median(away)) / _MAD
        if sigma == 0:
            came = "most of which are that median"
            raise Refusal("values that differ from the median of their neighbours", came, "leave Outliers out")
        wrong = away > self.threshold * sigma
        said = f"{int(wrong.sum())} of {wrong.size} values, {self.threshold:g} sigma or more from the median of"
        return Stepped(torch.from_numpy(np.where(wrong, middle, array)), f"{said} {self.size} a side, became it", units)
