"""Gains of sensors that are not known, and what they saw."""

from collections.abc import Mapping

import torch
from torch import Tensor

from workbench.parametrisations.base import Parametrisation, PictureShape


class SensorGains(Parametrisation):
    """x = g m, one gain g a row, the first axis of space, and of each channel: blocks gains, (C, rows, 1, ...), image.

    Self-calibration of sensors that differ. (c g, m / c) make the same x. The start has gains of 1 and the first
    picture. Ling, Strohmer 2015, doi 10.1088/0266-5611/31/11/115002.
    """

    formula = r"x_{ij} = g_i m_{ij}"
    multilinear = True

    def __init__(self, shape: PictureShape = (1, 64, 64)) -> None:
        gains = (*shape[:2], *[1] * (len(shape) - 2))
        super().__init__(shape, {"gains": gains, "image": shape})
        self.shape = shape

    def made(self, views: Mapping[str, Tensor]) -> Tensor:
        return views["gains"] * views["image"]

    def start(self, picture: Tensor, rng: torch.Generator) -> Tensor:
        gains = picture.new_ones((1, *self.layout.shapes["gains"]))
        return self.joined({"gains": gains, "image": picture})

    def balanced(self, u: Tensor) -> Tensor:
        """The mean gain at 1, where it has one."""
        views = self.views(u)
        mean = views["gains"].flatten(1).mean(1)
        scale = torch.where(mean.abs() > torch.finfo(u.real.dtype).eps, mean, 1)
        scale = scale.reshape(-1, *[1] * len(self.out_shape))
        return self.joined({"gains": views["gains"] / scale, "image": views["image"] * scale})
