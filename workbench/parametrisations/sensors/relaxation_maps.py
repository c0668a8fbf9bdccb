"""Maps of amplitude and rate as the unknown of a series of echoes."""

from collections.abc import Mapping
from typing import Annotated

import torch
from torch import Tensor

from workbench.parameters import Range
from workbench.parametrisations.base import Parametrisation, PictureShape
from workbench.refusal import Refusal
from workbench.tensors import shown

_DIM = 0.15  # of the largest amplitude: below, no T2 is drawn
_DARK = 1e-3  # of the brightest: below, an echo says nothing of the rate


class RelaxationMaps(Parametrisation):
    """x_c = a exp(-r c) in channel c = 0, 1, ...: blocks amplitude, a, and rate, r, an echo, (1, *space) each.

    Mono-exponential decay: `times(u)` are T2 = spacing / r. Complex pictures have complex blocks: the phase of a, and
    in the imaginary part of r what the phase turns by from echo to echo, as off resonance. The start is the line
    through the logarithms of the first pictures. Bonny et al. 1996, doi 10.1002/mrm.1910360116.
    """

    formula = r"x_c = a \, e^{-r \, c}, \quad r = \frac{\Delta t}{T_2}"

    def __init__(
        self,
        shape: PictureShape = (8, 32, 32),
        spacing: Annotated[float, Range(0.1, 100, log=True, unit="ms", limits=(1e-6, 1e6)), "between echoes"] = 10.0,
        longest: Annotated[float, Range(1, 5000, log=True, unit="ms", limits=(1e-6, 1e9)), "T2 at first"] = 200.0,
    ) -> None:
        if shape[0] < 2:
            raise Refusal("two echoes or more, as channels, for RelaxationMaps", shown(shape), "stack them as channels")
        super().__init__(shape, {"amplitude": (1, *shape[1:]), "rate": (1, *shape[1:])})
        self.shape, self.spacing, self.longest = shape, spacing, longest

    def times(self, u: Tensor) -> Tensor:
        """T2 of each pixel, (B, 1, *space) in ms; infinite where nothing decays."""
        rate = self.views(u)["rate"]
        return self.spacing / (rate.real if rate.is_complex() else rate).clamp_min(0)

    def pictured(self, u: Tensor) -> dict[str, Tensor]:
        """Amplitude and T2 in ms, which is 0 where there is hardly an amplitude: nothing is known there."""
        size = self.views(u)["amplitude"].abs()
        times = self.times(u).clamp_max(10 * self.longest)
        return {"amplitude": self.views(u)["amplitude"], "T2": torch.where(size > _DIM * size.amax(), times, 0)}

    def made(self, views: Mapping[str, Tensor]) -> Tensor:
        return views["amplitude"] * (-views["rate"] * self._numbers(views["rate"])).exp()

    def start(self, picture: Tensor, rng: torch.Generator) -> Tensor:
        sizes = picture.abs() if picture.is_complex() else picture
        floor = _DARK * sizes.abs().amax()
        floor = torch.where(floor > 0, floor, 1)
        logs, numbers = sizes.clamp_min(floor).log(), self._numbers(sizes)
        apart = numbers - numbers.mean()
        rate = -(apart * logs).sum(1, keepdim=True) / apart.square().sum()
        rate = rate.clamp_min(self.spacing / self.longest)
        amplitude = (logs + rate * numbers).mean(1, keepdim=True).exp()
        if picture.is_complex():
            amplitude = torch.polar(amplitude, picture[:, :1].angle())
        return self.joined({"amplitude": amplitude.to(picture), "rate": rate.to(picture)})

    def _numbers(self, like: Tensor) -> Tensor:
        """The numbers of the echoes, (C, 1, ...)."""
        numbers = torch.arange(self.shape[0], dtype=like.real.dtype, device=like.device)
        return numbers.reshape(-1, *[1] * (len(self.shape) - 1))
