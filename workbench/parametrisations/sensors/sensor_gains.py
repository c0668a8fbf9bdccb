"""Gains of sensors that are not known, and what they saw."""

from collections.abc import Mapping
from typing import Annotated

import torch
from torch import Tensor

from workbench.operators import Identity, LinearOperator, Operator
from workbench.parametrisations.base import Parametrisation, PictureShape
from workbench.refusal import Refusal
from workbench.tensors import Shape, dot, norm2, shown, spread

_THROUGH = Identity()


class SensorGains(Parametrisation):
    """x = g (A m), one gain g a row, the first axis of space, and of each channel: blocks gains, (C, rows, 1, ...), and
    image, m.

    Self-calibration of sensors that differ; A is `through`, linear, the identity unless it is given. (c g, m / c) make
    the same x: with an A of more data than unknowns little else does, and SelfCalibration finds both; with none every
    row has a scale of its own. The start has gains of 1 and the first picture, put back by A.
    Ling, Strohmer 2015, doi 10.1088/0266-5611/31/11/115002.
    """

    formula = r"x_{ij} = g_i (A m)_{ij}"
    multilinear = True
    freedom = "c g and m / c make the same data; drawn are gains of mean 1"

    def __init__(
        self,
        shape: PictureShape = (1, 64, 64),
        through: Annotated[Operator, "what the sensors see of the image, linear, with data of that shape"] = _THROUGH,
    ) -> None:
        view = _fitted(through, tuple(shape))
        gains = (*shape[:2], *[1] * (len(shape) - 2))
        super().__init__(shape, {"gains": gains, "image": view.in_shape})
        self.shape, self.through, self.field = shape, view, view.field

    @property
    def view(self) -> LinearOperator:
        """A."""
        assert isinstance(self.through, LinearOperator)
        return self.through

    def made(self, views: Mapping[str, Tensor]) -> Tensor:
        return views["gains"] * self.view(views["image"])

    def start(self, picture: Tensor, rng: torch.Generator) -> Tensor:
        gains = picture.new_ones((1, *self.layout.shapes["gains"]))
        image = self.view.adjoint(picture)
        again = self.view(image)
        size = norm2(again)
        scale = torch.where(size > 0, dot(again, picture) / torch.where(size > 0, size, 1), 1)
        return self.joined({"gains": gains, "image": spread(scale, image) * image})

    def balanced(self, u: Tensor) -> Tensor:
        """The mean gain at 1, where it has one."""
        views = self.views(u)
        mean = views["gains"].flatten(1).mean(1)
        scale = torch.where(mean.abs() > torch.finfo(u.real.dtype).eps, mean, 1)
        gains, image = (spread(scale, views[name]) for name in ("gains", "image"))
        return self.joined({"gains": views["gains"] / gains, "image": views["image"] * image})


def _fitted(through: Operator, shape: Shape) -> LinearOperator:
    """The operator whose data have this shape; Refusal where there is none."""
    if isinstance(through, LinearOperator):
        view = through if through.out_shape == shape else through.fitted(shape)
        if isinstance(view, LinearOperator) and view.out_shape == shape:
            return view
    came = f"{type(through).__name__} with data of {shown(through.out_shape)}"
    raise Refusal(f"a linear operator with data of {shown(shape)}", came, "build it for that, or take Identity")
