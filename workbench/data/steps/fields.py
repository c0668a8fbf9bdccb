"""Dark and flat fields: what a detector shows without light, and without an object."""

from dataclasses import dataclass
from typing import Annotated

import torch
from torch import Tensor

from workbench.data.steps.base import Step, Stepped, count, require_real
from workbench.refusal import Refusal, article
from workbench.tensors import require_finite, shown

Dark = Annotated[float | Tensor, "what the detector shows without light: a number, one frame, or frames along axis 0"]
Flat = Annotated[float | Tensor, "what it shows without an object: a number, one frame, or frames along axis 0"]
Single = Annotated[bool, "the data are one frame, as a photograph is, and not views along axis 0"]


@dataclass(frozen=True, eq=False)
class DarkField(Step):
    """y - dark: what the detector shows without light taken away, the mean of the dark frames."""

    dark: Dark = 0.0
    single: Single = False

    def apply(self, values: Tensor, units: str) -> Stepped:
        require_real(values, self)
        dark, frames = mean_frame(self.dark, values, "DarkField.dark", self.single)
        made = values - dark
        return Stepped(made, f"{frames} subtracted{_below(made)}", units)


@dataclass(frozen=True, eq=False)
class FlatField(Step):
    """(y - dark) / (flat - dark), the transmission: what comes through the object of what comes without it.

    Frames of either are averaged. Refusal where the flat is nowhere brighter than the dark; for a beam that fades with
    time, give the flats of its time. Seibert et al. 1998, doi 10.1117/12.317034.
    """

    flat: Flat = 1.0
    dark: Dark = 0.0
    single: Single = False

    def apply(self, values: Tensor, units: str) -> Stepped:
        require_real(values, self)
        flat, flats = mean_frame(self.flat, values, "FlatField.flat", self.single)
        dark, darks = mean_frame(self.dark, values, "FlatField.dark", self.single)
        light = torch.as_tensor(flat - dark)
        if bad := int((light <= 0).sum()):
            came = f"{bad} of {light.numel()} pixels that are not"
            raise Refusal("flats that are brighter than darks", came, "check which is which, or crop those pixels away")
        made = (values - dark) / light
        return Stepped(made, f"{darks} subtracted and divided by {flats}{_below(made)}", "1")


def mean_frame(given: float | Tensor, values: Tensor, name: str, single: bool) -> tuple[Tensor, str]:
    """A frame as the views of the data are, or as the data where they are one; the mean of several, and words for it.

    Refusal for another shape, for NaN, for complex numbers, and where one frame may be meant or as many as views.
    """
    kind = name.rpartition(".")[2]
    if not isinstance(given, Tensor) or not given.ndim:
        return torch.as_tensor(given, dtype=torch.float64), f"{article(kind)} of {float(given):g}"
    frame, shape = tuple(values.shape[0 if single else 1 :]), tuple(given.shape)
    if shape != frame and shape[1:] != frame:
        remedy = f"give one frame of {shown(frame)}, or such frames along axis 0: take the same slice of both"
        raise Refusal(f"{name} like the views of the data", shown(shape), remedy)
    if shape == tuple(values.shape) and not single:
        step = name.partition(".")[0]
        came = f"{shown(shape)}, which is all of them: one frame, or as many as there are views"
        raise Refusal(f"{name} like the views of the data", came, f"{step}(single=True) is for data of one frame")
    if given.is_complex():
        raise Refusal(f"real numbers for {name}", "complex ones", "give their modulus, or leave the step out")
    require_finite(given, name)
    several = shape != frame
    words = f"the mean of {count(len(given), f'{kind} frame')}" if several else f"{article(kind)} frame"
    return (given.double().mean(0) if several else given.double()), words


def _below(values: Tensor) -> str:
    bad = int((values <= 0).sum())
    return f"; {bad} of {values.numel()} values are 0 or less" if bad else ""
