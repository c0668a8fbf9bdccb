"""Two squares of each entry, whose descent looks for sparse pictures."""

from collections.abc import Mapping

import torch
from torch import Tensor

from workbench.operators import Field
from workbench.parametrisations.base import Parametrisation, PictureShape
from workbench.parametrisations.factors.hadamard import Scale


class SquareDifference(Parametrisation):
    """x = u u - v v, entry by entry, both from `scale`: x = 0 at first.

    Of the pictures that explain the data, descent from a small scale ends at nearly the one of least |x|_1, with no
    prior at all; from a large one at nearly that of least |x|_2. Woodworth et al. 2020, arXiv 2002.09277.
    """

    formula = r"x = u \odot u - v \odot v"
    field = Field.REAL

    def __init__(self, shape: PictureShape = (1, 64, 64), scale: Scale = 0.01) -> None:
        super().__init__(shape, {"u": shape, "v": shape})
        self.shape, self.scale = shape, scale

    def made(self, views: Mapping[str, Tensor]) -> Tensor:
        return views["u"].square() - views["v"].square()

    def start(self, picture: Tensor, rng: torch.Generator) -> Tensor:
        both = torch.full_like(picture, self.scale)
        return self.joined({"u": both, "v": both})
