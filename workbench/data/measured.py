"""Data that an instrument took: an array, or one in a file."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
import torch
from torch import Tensor

from workbench.data.files import Loaded, load_array
from workbench.data.source import Source
from workbench.data.steps import Stage, Step, stages, through
from workbench.noise import Noise
from workbench.operators import FourierMask, MultiCoilFourier, NonCartesianFourier, Operator, Scan
from workbench.parameters import as_text, describe
from workbench.priors import Prior
from workbench.problem import Problem
from workbench.refusal import Refusal
from workbench.tensors import Shape, as_signal, require_finite, shown

_MOST_CHANNELS = 4
_UNITS = {
    "cycles": "cycles a field of view",
    "per_metre": "1/m",
    "per_pixel": "cycles a pixel",
    "radians": "radians a pixel",
}
_COMPLEX = "complex numbers: what is looked for is complex as well, but for operators of real pictures alone"
_SHORT = (torch.bool, torch.uint8, torch.int8, torch.int16, torch.uint16)  # what single precision holds exactly
_SINGLE = {torch.float16: torch.float32, torch.bfloat16: torch.float32, torch.complex32: torch.complex64}


@dataclass(frozen=True, eq=False)
class Measured(Source):
    """Data y as they were measured, with no truth: not scaled, clipped, flipped or transposed, in the file's units.

    `data` is an array, or the path of a file (see `load_array`) in which `variable` names the array and the slice. Its
    axes are those of the operator's data, (C, *space), such as (1, angles, bins); without C there is one channel.
    Whole numbers become single precision where it holds them exactly, double elsewhere. Only `steps` change them.
    """

    data: Annotated[str | Tensor | Path, "the array, or the path of its file"] = ""
    variable: Annotated[str, 'array and slice in the file, such as "exchange/data[:, 3]"; empty for the only one'] = ""
    units: Annotated[str, "of the values; empty for those that the file gives"] = ""
    notes: Annotated[tuple[str, ...], "what was done to the values before"] = ()
    steps: Annotated[tuple[Step, ...], "what they go through before the run, in this order"] = ()

    def __post_init__(self) -> None:
        if isinstance(self.data, Path):
            object.__setattr__(self, "data", str(self.data))

    @property
    def path(self) -> str | None:
        """Where the file lies; None for an array that is there already."""
        return self.data if isinstance(self.data, str) else None

    @property
    def own_units(self) -> str:
        """The units that were said; empty for those that the file gives."""
        return self.units

    @property
    def name(self) -> str:
        """What the data are called: the file without its folders, and the variable."""
        if not isinstance(self.data, str):
            return "an array"
        return "::".join(filter(None, (self.data.replace("\\", "/").rpartition("/")[2], self.variable)))

    def loaded(self) -> Loaded:
        """The data in the axes of their file, (1, C, *space) or fewer, after the steps, with notes and units."""
        return through(self.read(), self.steps)

    def stages(self) -> tuple[Stage, ...]:
        """Each step with the data before and after it: `plots.steps` draws them."""
        return tuple(stages(self.read(), self.steps))

    def read(self) -> Loaded:
        """The data as their file has them, before any step."""
        path = self.path
        found = Loaded(torch.as_tensor(self.data)) if path is None else load_array(path, self.variable)
        values, notes = found.tensor, (*self.notes, *found.notes)
        exact = _exact(values)
        if exact.dtype != values.dtype:
            changed = _rounded(values, exact)
            same = f"{changed} of {values.numel()} values rounded to 53 bits" if changed else "the same values"
            notes = (*notes, f"{_word(values.dtype)} as {_word(exact.dtype)}, {same}")
        if exact.is_complex():
            notes = (*notes, _COMPLEX)
        require_finite(exact, self.name)
        return Loaded(exact, notes, units=self.own_units or found.units)

    def told(self, given: Tensor) -> dict[str, str]:
        """`measured`: JSON of the name, shape, dtype and SHA-256 of the data, by which a file is known again."""
        return {"measured": json.dumps({"name": self.name} | describe(given))}

    def remarks(self, operator: Operator) -> tuple[str, ...]:
        """What the operator takes as given that was not: angles of a scan, mask and coils; how a trajectory is read."""
        if isinstance(operator, NonCartesianFourier) and isinstance(operator.trajectory, Tensor):
            sides, first = shown(operator.in_shape[1:]), "row" if operator.order == "rows" else "x"
            unit = _UNITS[operator.unit]
            view = "" if operator.field_of_view is None else f", a field of view of {as_text(operator.field_of_view)} m"
            return (f"the trajectory is read in {unit}, {first} first, for a picture of {sides} pixels{view}",)
        if isinstance(operator, FourierMask | MultiCoilFourier):
            return _of_kspace(operator)
        if not (isinstance(operator, Scan) and isinstance(operator.angles, int)):
            return ()
        name, count = type(operator).__name__, operator.angles
        return (f"no angles were given: {name} takes {count} equally spaced ones over {operator.turn:g} degrees",)

    def shape(self, operator: Operator, given: Tensor) -> Shape:
        return tuple(as_data(given, operator).shape[1:])

    def fitted(self, operator: Operator, given: Tensor) -> Operator:
        made = operator.fitted_to_data(self.shape(operator, given))
        if isinstance(made, Scan):
            made.require_seen()
        return made

    def problem(self, operator: Operator, noise: Noise, prior: Prior, given: Tensor, seed: int = 0) -> Problem:
        return Problem(operator, noise, prior, as_data(given, operator))


def _of_kspace(operator: FourierMask | MultiCoilFourier) -> tuple[str, ...]:
    """That its mask or its coils are no scanner's."""
    name, said = type(operator).__name__, []
    if not isinstance(operator.pattern, Tensor) and operator.keep < 1:
        share = f"{operator.keep:.0%} of the frequencies, drawn by itself"
        said.append(f"no mask was given: {name} takes {share}; the one that the data show is pattern=auto")
    if isinstance(operator, MultiCoilFourier) and not isinstance(operator.coils, Tensor):
        said.append(f"no maps of coils were given: {name} takes smooth ones of its own; RootSumOfSquares needs none")
    return tuple(said)


def as_data(values: Tensor, operator: Operator) -> Tensor:
    """An array as data of the operator, (B, C, *space): with one item and one channel where it has no axes for them.

    A first axis is one of channels where it is as long as that of the operator's data, where the operator makes
    channels of its own, such as coils, or where it has at most 4 entries.
    """
    wanted = operator.out_shape
    if tuple(values.shape[1:]) == wanted:
        return values
    own = operator.in_shape[0] != wanted[0]
    if values.ndim == len(wanted) and (own or len(values) == wanted[0] or len(values) <= _MOST_CHANNELS):
        return values[None]
    if not 1 <= values.ndim <= 3:
        raise Refusal(
            "data of one to three axes", shown(tuple(values.shape)), "take a part, such as variable='name[0]'"
        )
    return values[None, None]


def _exact(values: Tensor) -> Tensor:
    """The same numbers in single or double precision."""
    values = values.dequantize() if values.is_quantized else values
    if values.is_floating_point() or values.is_complex():
        return as_signal(values.to(_SINGLE.get(values.dtype, values.dtype)), "the data")
    return values.to(torch.float32 if values.dtype in _SHORT else torch.float64)


def _rounded(values: Tensor, exact: Tensor) -> int:
    """How many whole numbers are others in double precision, which holds those of 53 bits."""
    if values.dtype not in (torch.int64, torch.uint64):
        return 0
    whole, made = (tensor.cpu().numpy().ravel() for tensor in (values, exact))
    large = np.abs(made) >= 2**53
    return sum(int(a) != int(b) for a, b in zip(whole[large], made[large], strict=True))


def _word(dtype: torch.dtype) -> str:
    return str(dtype).removeprefix("torch.")
