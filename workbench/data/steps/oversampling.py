"""Readouts of a scanner that see more than the picture."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

import torch
from torch import Tensor

from workbench.data.steps.base import Step, Stepped, require_axes
from workbench.parameters import Range
from workbench.refusal import Refusal


@dataclass(frozen=True)
class ReadoutOversampling(Step):
    """k-space of the middle part of the field of view alone: F P F^-1 y along one axis, P keeps the middle n / factor.

    Scanners sample readouts finer than the picture asks, so that what lies beside it does not fold in. F is
    orthonormal and centred, the zero frequency and the middle of the picture at n // 2: values of the picture and the
    level of white noise stay.
    """

    factor: Annotated[float, Range(1, 4, limits=(1, 64)), "the field that readouts see, in fields of the picture"] = 2.0
    axis: Annotated[int, "the one of the readouts; the last one is -1"] = -1

    def apply(self, values: Tensor, units: str) -> Stepped:
        require_axes(values, 1, self)
        if not -values.ndim <= self.axis < values.ndim:
            raise Refusal(
                f"one of {values.ndim} axes", f"axis {self.axis}", "the axis of the readouts is the last one, -1"
            )
        samples = values.shape[self.axis]
        kept = round(samples / self.factor)
        if abs(kept * self.factor - samples) > 0.5 or kept < 2:
            came = f"{samples} samples for a factor of {self.factor:g}"
            raise Refusal("readouts whose samples the factor divides", came, "give the factor of the header")
        begin = samples // 2 - kept // 2
        picture = _transformed(values, self.axis, torch.fft.ifft).narrow(self.axis, begin, kept)
        said = f"{samples} samples as {kept}, which see the middle 1/{self.factor:g} of the field"
        return Stepped(_transformed(picture, self.axis, torch.fft.fft), said, units)


def _transformed(values: Tensor, axis: int, transform: Callable[..., Tensor]) -> Tensor:
    """A centred, orthonormal transform along one axis."""
    moved = transform(torch.fft.ifftshift(values, dim=axis), dim=axis, norm="ortho")
    return torch.fft.fftshift(moved, dim=axis)
