"""Fewer pixels, as image software makes them."""

from typing import Annotated, Literal

import torch
from torch import Tensor

from workbench.operators.base import SignalShape
from workbench.operators.separable import Separable
from workbench.operators.shapes import space_of
from workbench.parameters import Range
from workbench.refusal import Refusal
from workbench.tensors import shown


class BicubicDownsample(Separable):
    """Every side divided by `factor`: samples at the blocks' centres of the signal smoothed by a cubic, a = -1/2.

    The cubic is stretched by the factor, so that it takes 4 factor pixels an axis, and each sample's weights sum to 1.
    Keys 1981, 10.1109/TASSP.1981.1163711.
    """

    formula = r"(Ax)_i = \sum_j c(s\,i - j)\, x_j, \quad s = \text{factor}"

    def __init__(
        self,
        shape: SignalShape = (1, 64, 64),
        factor: Annotated[int, Range(1, 8, unit="px", limits=(1, 4096)), "side of a block"] = 2,
        boundary: Annotated[Literal["reflect", "periodic"], "the signal beyond its ends"] = "reflect",
    ) -> None:
        space = space_of(shape, "BicubicDownsample")
        if any(side % factor for side in space):
            nearest = tuple(max(1, round(side / factor)) * factor for side in space)
            came, remedy = shown(shape), f"take {shown((shape[0], *nearest))} or another factor"
            raise Refusal(f"sides divisible by {factor} for BicubicDownsample", came, remedy)
        super().__init__(shape, [None, *[_matrix(side, factor, boundary) for side in space]])
        self.shape, self.factor, self.boundary = shape, factor, boundary


def _matrix(side: int, factor: int, boundary: str) -> Tensor:
    """The weights of one axis, (side / factor, side)."""
    centres = (torch.arange(side // factor, dtype=torch.float64) + 0.5) * factor - 0.5
    reach = torch.arange(-2 * factor, 2 * factor + 1, dtype=torch.float64)
    places = centres.floor()[:, None] + reach
    weights = _cubic((places - centres[:, None]).abs() / factor)
    if boundary == "periodic":
        pixels = places.long() % side
    else:  # the mirror image of the signal, then the signal again
        pixels = places.long() % (2 * side)
        pixels = torch.minimum(pixels, 2 * side - 1 - pixels)
    matrix = torch.zeros(side // factor, side, dtype=torch.float64)
    return matrix.scatter_add_(1, pixels, weights / weights.sum(1, keepdim=True))


def _cubic(d: Tensor) -> Tensor:
    near = 1.5 * d**3 - 2.5 * d**2 + 1
    far = -0.5 * d**3 + 2.5 * d**2 - 4 * d + 2
    return torch.where(d < 1, near, torch.where(d < 2, far, 0))
