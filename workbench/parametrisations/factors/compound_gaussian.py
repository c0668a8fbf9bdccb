"""Gaussian numbers of unknown scales."""

from collections.abc import Mapping
from typing import Annotated

import torch
from torch import Tensor

from workbench.operators import Field
from workbench.parameters import Range
from workbench.parametrisations.base import Parametrisation, PictureShape


class CompoundGaussian(Parametrisation):
    """x = e^v g, entry by entry: blocks gaussian, g, a normal number each, and log_scale, v, its standard deviation's.

    With OnUnknown(Tikhonov(1), "gaussian") and OnUnknown(Tikhonov(w), "log_scale"), 1 / w the variance of v, heavy
    tails and sparse pictures. CompoundGaussianEM finds the scales with g integrated out. The start makes the first
    picture, with g of its sign and the scales of its sizes, at least `least` of the largest.
    Wainwright, Simoncelli 2000, NIPS 12; Lyons, Raj, Cheney 2023, arXiv 2305.11120.
    """

    formula = r"x = e^v \odot g, \quad g \sim N(0, 1)"
    field = Field.REAL

    def __init__(
        self,
        shape: PictureShape = (1, 64, 64),
        least: Annotated[float, Range(1e-4, 1, log=True, limits=(1e-12, 1)), "first scale over the largest"] = 0.1,
    ) -> None:
        super().__init__(shape, {"gaussian": shape, "log_scale": shape})
        self.shape, self.least = shape, least

    def made(self, views: Mapping[str, Tensor]) -> Tensor:
        return views["log_scale"].exp() * views["gaussian"]

    def start(self, picture: Tensor, rng: torch.Generator) -> Tensor:
        most = picture.abs().amax()
        scale = picture.abs().clamp_min(self.least * torch.where(most > 0, most, 1).item())
        return self.joined({"gaussian": picture / scale, "log_scale": scale.log()})
