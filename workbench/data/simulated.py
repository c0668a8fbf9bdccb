"""Data that are made from a signal, on its own grid or on a finer one."""

from dataclasses import dataclass
from typing import Annotated

from torch import Tensor

from workbench.data.files import Loaded
from workbench.data.resampling import binned, repeated
from workbench.data.shipped import MOST
from workbench.data.signals import Shipped, Signal
from workbench.data.source import Source
from workbench.noise import Noise
from workbench.operators import Operator
from workbench.parameters import Range, changed
from workbench.priors import Prior
from workbench.problem import Problem
from workbench.refusal import Refusal
from workbench.tensors import Shape


@dataclass(frozen=True)
class Simulated(Source):
    """Data made from a signal by the operator, with noise.

    With `finer` = f > 1 they are made on a grid f times finer along every axis, by the operator of that grid, and
    binned; only then the noise comes. So the operator that inverts them is not the one that made them. The truth is
    the mean over each block of f samples: of a shipped signal drawn that much larger, of any other one itself.
    """

    signal: Annotated[Signal, "signal to recover"] = Shipped()
    finer: Annotated[int, Range(1, 4, limits=(1, 16)), "how many times finer the grid is that the data are made on"] = 1

    @property
    def truth(self) -> Signal:
        return self.signal

    @property
    def bare(self) -> "Simulated":
        return changed(self, signal=self.signal.bare)

    def over(self, bare: Source) -> Source:
        return changed(bare, signal=self.signal.over(bare.signal)) if isinstance(bare, Simulated) else bare

    def loaded(self) -> Loaded:
        found = self.signal.loaded()
        if self.finer == 1 or not self._drawn:
            return found
        return Loaded(binned(self._fine(found.tensor), tuple(found.tensor.shape[2:])), found.notes)

    def shape(self, operator: Operator, given: Tensor) -> Shape:
        return self.signal.shape(operator, given)

    def fitted(self, operator: Operator, given: Tensor) -> Operator:
        return self.signal.fitted(operator, given)

    def problem(self, operator: Operator, noise: Noise, prior: Prior, given: Tensor, seed: int = 0) -> Problem:
        if self.finer == 1:
            return self.signal.problem(operator, noise, prior, given, seed)
        operator.check(given)
        clean = binned(operator.on_finer_grid(self.finer)(self._fine(given)), operator.out_shape[1:])
        return Problem.simulate(operator, noise, prior, given, seed, clean)

    @property
    def _drawn(self) -> bool:
        """Whether the signal can be had with more samples of its own."""
        return isinstance(self.signal, Shipped)

    def _fine(self, given: Tensor) -> Tensor:
        if not isinstance(self.signal, Shipped):
            return repeated(given, self.finer)
        size = self.signal.size * self.finer
        if size > MOST:
            remedy = f"take finer={MOST // self.signal.size} or a smaller signal"
            raise Refusal(f"a finer grid of at most {MOST} samples a side", str(size), remedy)
        return changed(self.signal, size=size).tensor()
