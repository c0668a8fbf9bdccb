"""Two factors without negative entries."""

from collections.abc import Mapping
from typing import Annotated

import torch
from torch import Tensor

from workbench.operators import Field
from workbench.parameters import Range
from workbench.parametrisations.base import Parametrisation, PictureShape, noisy, require_axes
from workbench.parametrisations.factors.low_rank import require_rank
from workbench.parametrisations.factors.matching import matched
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

    def balanced(self, u: Tensor) -> Tensor:
        """Columns of equal length, without signs."""
        views = self.views(u)
        sizes = [torch.linalg.vector_norm(views[name].square(), dim=-2, keepdim=True) for name in ("w", "h")]
        there = (sizes[0] > 0) & (sizes[1] > 0)
        scale = torch.where(there, sizes[1] / sizes[0], 1).pow(0.25)
        return self.joined({"w": views["w"].abs() * scale, "h": views["h"].abs() / scale})

    def nearest(self, u: Tensor, other: Tensor) -> Tensor:
        """The columns in the order of those of the other that they are most alike."""
        views, there = self.views(self.balanced(u)), self.views(other)
        both = [torch.cat([v["w"].square(), v["h"].square()], -2)[:, 0].mT for v in (views, there)]
        order = matched(*both)
        return self.joined({name: block[..., order] for name, block in views.items()})

    def pictured(self, u: Tensor) -> dict[str, Tensor]:
        """The factors, which are the squares of the blocks."""
        return {name: block.square() for name, block in self.views(u).items()}

    def made(self, views: Mapping[str, Tensor]) -> Tensor:
        return views["w"].square() @ views["h"].square().mT

    def start(self, picture: Tensor, rng: torch.Generator) -> Tensor:
        mean = picture.mean().clamp_min(_LEAST)
        u = picture.new_ones((1, *self.in_shape))
        return (mean / self.rank) ** 0.25 * (u + noisy(u, rng, _SPREAD))
