"""Two factors without negative entries."""

from collections.abc import Mapping
from typing import Annotated

import torch
from torch import Tensor

from workbench.operators import Field
from workbench.parameters import Range
from workbench.parametrisations.base import Parametrisation, PictureShape, noisy, require_axes
from workbench.parametrisations.factors.low_rank import require_rank
from workbench.ranges import SEEDS

_SPREAD = 0.3  # of the first factors about their mean
_LEAST = 0.01  # a mean of a picture that is 0


class NonNegativeFactors(Parametrisation):
    """x = (w w)(h h)^T in each channel, squares entry by entry: x and both factors are >= 0 at any u.

    Blocks w, (C, rows, rank), and h, (C, columns, rank). Smooth, so that every smooth method runs. For factors that are
    constrained themselves take LowRank, the prior OnUnknown(NonNegative()) and PALM.
    Lee, Seung 1999, doi 10.1038/44565.
    """

    formula = r"x = (w \odot w) (h \odot h)^\top"
    field = Field.REAL

    def __init__(
        self,
        shape: PictureShape = (1, 64, 64),
        rank: Annotated[int, Range(1, 50, log=True, limits=(1, 100_000)), "columns of each factor"] = 5,
        seed: Annotated[int, SEEDS, "which first factors"] = 0,
    ) -> None:
        require_axes(shape, 2, "NonNegativeFactors")
        require_rank(rank, shape[1:], "NonNegativeFactors")
        channels, rows, columns = shape
        super().__init__(shape, {"w": (channels, rows, rank), "h": (channels, columns, rank)})
        self.shape, self.rank, self.seed = shape, rank, seed

    def made(self, views: Mapping[str, Tensor]) -> Tensor:
        return views["w"].square() @ views["h"].square().mT

    def start(self, picture: Tensor, rng: torch.Generator) -> Tensor:
        mean = picture.mean().clamp_min(_LEAST)
        u = picture.new_ones((1, *self.in_shape))
        return (mean / self.rank) ** 0.25 * (u + noisy(u, rng, _SPREAD))
