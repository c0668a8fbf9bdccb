"""The picture itself as the unknown."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Self

import torch
from torch import Tensor

from workbench.operators import Operator
from workbench.parametrisations.base import LinearParametrisation, PictureShape
from workbench.parametrisations.block_priors import Layout
from workbench.parametrisations.unknown_operator import bare
from workbench.priors import OnUnknown, Prior
from workbench.refusal import one_of
from workbench.tensors import Shape

_USUAL = (1, 64, 64)


class Direct(LinearParametrisation):
    """x = u: what is looked for is the picture, in its own shape. The problem is what it is without it, bit for bit."""

    formula = r"x = u"

    def __init__(self, shape: PictureShape = _USUAL) -> None:
        super().__init__(shape, {"picture": shape})
        self.shape = self.in_shape = shape
        self.layout = _Whole({"picture": shape})

    def made(self, views: Mapping[str, Tensor]) -> Tensor:
        return views["picture"]

    def adjoint(self, y: Tensor) -> Tensor:
        return y

    def start(self, picture: Tensor, rng: torch.Generator) -> Tensor:
        return picture

    # The shape says nothing here: a problem that names no parametrisation has one for pictures of any.

    def fitted(self, shape: Shape, values: Mapping[str, Any] = MappingProxyType({})) -> Self:
        return self if self.shape == _USUAL else type(self)()  # one for all, so that descriptions agree

    def starts(self, picture: Tensor) -> Tensor:
        return picture

    def views(self, u: Tensor) -> dict[str, Tensor]:
        return self.layout.views(u)

    def picture(self, u: Tensor) -> Tensor:
        return u

    def before(self, operator: Operator) -> Operator:
        return bare(operator)

    def on_picture(self, prior: Prior) -> Prior:
        return prior

    def on_block(self, prior: OnUnknown) -> Prior:
        one_of("a block of Direct", prior.block, self.layout.shapes)
        return prior


class _Whole(Layout):
    """One block that is u."""

    def views(self, u: Tensor) -> dict[str, Tensor]:
        return {"picture": u}

    def joined(self, views: Mapping[str, Tensor]) -> Tensor:
        if set(views) == {"picture"} and self.shapes["picture"] == _USUAL:
            return views["picture"]  # which stands for pictures of any shape
        return super().joined(views).reshape(-1, *self.shapes["picture"])
