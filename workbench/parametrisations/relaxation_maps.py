"""Maps of amplitude and rate as the unknown of a series of echoes."""

from collections.abc import Mapping
from typing import Annotated

import torch
from torch import Tensor

from workbench.operators import Field
from workbench.parameters import Range
from workbench.parametrisations.base import Parametrisation, PictureShape
from workbench.refusal import Refusal
from workbench.tensors import shown

_DARK = 1e-3  # of the brightest: below, an echo says nothing of the rate


class RelaxationMaps(Parametrisation):
    """x_c = a exp(-r c spacing) in channel c = 0, 1, ...: blocks amplitude, a, and rate, r, (1, *space) each.

    Mono-exponential decay, such as T2 = 1 / r of echoes that far apart. The start is the line through the logarithms of
    the first pictures. Bonny et al. 1996, doi 10.1002/mrm.1910360116.
    """

    formula = r"x_c = a \, e^{-r \, c \, \Delta t}"
    field = Field.REAL

    def __init__(
        self,
        shape: PictureShape = (8, 32, 32),
        spacing: Annotated[float, Range(0.1, 100, log=True, unit="ms", limits=(1e-6, 1e6)), "between echoes"] = 10.0,
        longest: Annotated[float, Range(1, 5000, log=True, unit="ms", limits=(1e-6, 1e9)), "1 / r at first"] = 200.0,
    ) -> None:
        if shape[0] < 2:
            raise Refusal("two echoes or more, as channels, for RelaxationMaps", shown(shape), "stack them as channels")
        super().__init__(shape, {"amplitude": (1, *shape[1:]), "rate": (1, *shape[1:])})
        self.shape, self.spacing, self.longest = shape, spacing, longest

    def made(self, views: Mapping[str, Tensor]) -> Tensor:
        return views["amplitude"] * (-views["rate"] * self._times(views["rate"])).exp()

    def start(self, picture: Tensor, rng: torch.Generator) -> Tensor:
        floor = _DARK * picture.abs().amax()
        floor = torch.where(floor > 0, floor, 1)
        logs, times = picture.clamp_min(floor).log(), self._times(picture)
        apart = times - times.mean()
        rate = -(apart * logs).sum(1, keepdim=True) / apart.square().sum()
        rate = rate.clamp_min(1 / self.longest)
        amplitude = (logs + rate * times).mean(1, keepdim=True).exp()
        return self.joined({"amplitude": amplitude, "rate": rate})

    def _times(self, like: Tensor) -> Tensor:
        """The times of the echoes, (C, 1, ...)."""
        times = self.spacing * torch.arange(self.shape[0], dtype=like.dtype, device=like.device)
        return times.reshape(-1, *[1] * (len(self.shape) - 1))
