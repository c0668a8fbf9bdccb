"""The least task with an edge of stability."""

import math
from dataclasses import dataclass
from typing import Annotated

import torch

from workbench.networks.examples.base import Examples, Share, Table
from workbench.parameters import Range


@dataclass(frozen=True)
class ChebyshevRegression(Examples):
    """y = T_d(x) at the Chebyshev points x_i = cos((i + 1/2) pi / n): the least task with an edge of stability.

    After Cohen et al. 2021, arXiv:2103.00065.
    """

    points: Annotated[int, Range(5, 200, log=True, limits=(1, 100_000)), "number of points"] = 20
    degree: Annotated[int, Range(1, 10, limits=(0, 1000)), "degree of the polynomial"] = 4
    share: Share = 1.0

    classes = False

    def table(self) -> Table:
        angles = (torch.arange(self.points, dtype=torch.float64) + 0.5) * math.pi / self.points
        return Table(angles.cos()[:, None], (self.degree * angles).cos()[:, None])
