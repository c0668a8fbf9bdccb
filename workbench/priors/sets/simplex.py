"""A known total of entries that are not below 0."""

from typing import Annotated

import torch
from torch import Tensor

from workbench.priors.sets.convex_set import ConvexSet, Radius, count, level
from workbench.priors.sets.indicator import no_order
from workbench.tensors import Shape, spread


class Simplex(ConvexSet):
    """g(x) = 0 where x >= 0 and mean x = mean, infinite elsewhere: a known total, as mean times the entries.

    The projection takes away the one number that leaves this total. Held, Wolfe, Crowder 1974, 10.1007/BF01580223.
    """

    formula = r"g(x) = 0 \text{ where } x \ge 0,\; \frac{1}{n} \sum_i x_i = \text{mean}, \quad \infty \text{ elsewhere}"

    def __init__(self, mean: Annotated[float, Radius, "mean of all entries of an item"] = 0.5) -> None:
        super().__init__()
        self.mean = mean

    def project(self, x: Tensor, scale: float) -> Tensor:
        return (x - spread(level(x, scale * self.mean), x)).clamp_min(0)

    def conjugate(self, z: Tensor) -> Tensor:
        return self.mean * count(z) * z.flatten(1).amax(1)

    def unfit(self, shape: Shape, dtype: torch.dtype) -> str:
        return no_order(self, dtype)
