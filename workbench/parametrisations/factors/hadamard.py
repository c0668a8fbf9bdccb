"""Two factors of each entry."""

from collections.abc import Mapping
from typing import Annotated

import torch
from torch import Tensor

from workbench.parameters import Range
from workbench.parametrisations.base import Parametrisation, PictureShape

Scale = Annotated[float, Range(1e-4, 1, log=True, limits=(1e-15, 1e6)), "size of the first factors where x is 0"]


class Hadamard(Parametrisation):
    """x = z u, entry by entry: |z|^2 + |u|^2 is at least 2 |x|_1, so that a weight on the unknown is one on |x|_1.

    The start makes the first picture, with |z| = |u| but for `scale`. Hoff 2017, doi 10.1016/j.csda.2017.06.007.
    """

    formula = r"x = z \odot u"
    multilinear = True
    freedom = "c z and u / c make the same picture, entry by entry; drawn are entries of equal size"

    def __init__(self, shape: PictureShape = (1, 64, 64), scale: Scale = 0.01) -> None:
        super().__init__(shape, {"z": shape, "u": shape})
        self.shape, self.scale = shape, scale

    def made(self, views: Mapping[str, Tensor]) -> Tensor:
        return views["z"] * views["u"]

    def start(self, picture: Tensor, rng: torch.Generator) -> Tensor:
        z = (picture.abs() + self.scale**2).sqrt()
        return self.joined({"z": z.to(picture), "u": picture / z})

    def balanced(self, u: Tensor) -> Tensor:
        views = self.views(u)
        x = self.made(views)
        size, tiny = x.abs(), torch.finfo(x.real.dtype).tiny
        root = size.sqrt()
        return self.joined({"z": root.to(x), "u": torch.where(size > tiny, x / root.clamp_min(tiny), 0)})
