"""Which signal: public objects that can be described, saved and rebuilt."""

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal

import torch
from torch import Tensor

from workbench.data.files import MAX_SIDE, MIN_SIDE, Loaded, load_described
from workbench.data.scaling import Window
from workbench.data.shipped import LEAST, MOST, names, truth
from workbench.data.source import Source
from workbench.noise import Noise
from workbench.operators import Operator
from workbench.parameters import Range
from workbench.priors import Prior
from workbench.problem import Problem
from workbench.tensors import Shape, as_signal

if TYPE_CHECKING:
    Name = str
else:
    Name = Literal[names()]  # the menu of a widget, read from the one table


class Signal(Source):
    """Which signal to reconstruct; `tensor()` makes it, (1, C, *space), `loaded()` says what was done to it as well.

    As a source of data it stands for `Simulated(signal)`.
    """

    @property
    def truth(self) -> "Signal":
        return self

    @property
    def bare(self) -> "Signal":
        return self

    def over(self, bare: Source) -> "Signal":
        assert isinstance(bare, Signal)
        return bare

    @property
    def blocks(self) -> Mapping[str, Tensor] | None:
        """The blocks of the unknown behind it by name, batch first; None where it is known as a picture alone."""
        return None

    @abstractmethod
    def tensor(self) -> Tensor:
        """The signal, float32 in [0, 1], or complex64 for a file of complex numbers."""

    def loaded(self) -> Loaded:
        """The signal with its notes, the limits that give its units back, and its gaps; the plain signal elsewhere."""
        return Loaded(self.tensor())

    def shape(self, operator: Operator, given: Tensor) -> Shape:
        return tuple(given.shape[1:])

    def fitted(self, operator: Operator, given: Tensor) -> Operator:
        return operator.fitted(tuple(given.shape[1:]))

    def problem(self, operator: Operator, noise: Noise, prior: Prior, given: Tensor, seed: int = 0) -> Problem:
        return Problem.simulate(operator, noise, prior, given, seed)


@dataclass(frozen=True)
class Shipped(Signal):
    """A signal that comes with the workbench: see `names` and `info`."""

    name: Annotated[Name, "shipped signal"] = "camera"
    size: Annotated[int, Range(32, 1024, log=True, unit="px", limits=(LEAST, MOST)), "samples along each side"] = 256

    def tensor(self) -> Tensor:
        return truth(self.name, self.size)


@dataclass(frozen=True)
class File(Signal):
    """A person's own file: see `load_described` for formats, slices, scaling and limits.

    An empty path is allowed until `tensor()` is asked for.
    """

    path: Annotated[str, "path of the file or the Zarr store"] = ""
    variable: Annotated[str, 'array and slice in it, such as "density[3]"; empty for the only one'] = ""
    size: Annotated[int | None, Range(MIN_SIDE, MAX_SIDE, log=True, unit="px"), "longest side to resample to"] = None
    window: Annotated[Window | None, 'the two values that become 0 and 1, or "whole" or "suggested"'] = None

    def loaded(self) -> Loaded:
        return load_described(self.path, self.variable, self.size, self.window)

    def tensor(self) -> Tensor:
        return self.loaded().tensor


@dataclass(frozen=True, eq=False)
class Array(Signal):
    """A signal that is there already, channels first, (C, *space): computed, or kept in a run whose file is gone."""

    values: Annotated[Tensor, "the signal, channels first"] = torch.zeros(1, 64, 64)
    notes: Annotated[tuple[str, ...], "what was done to the file that it came from"] = ()
    limits: Annotated[tuple[float, ...], "the two values of that file that became 0 and 1"] = (0.0, 1.0)
    gaps: Annotated[Tensor | None, "where that file has no value"] = None

    def tensor(self) -> Tensor:
        return as_signal(self.values, "the signal")[None]

    def loaded(self) -> Loaded:
        low, high = self.limits
        return Loaded(self.tensor(), self.notes, (low, high), None if self.gaps is None else self.gaps[None].bool())
