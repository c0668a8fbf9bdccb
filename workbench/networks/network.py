"""Networks as functions of their weights, for many sets of weights at once."""

import math
from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import Annotated

import torch
from torch import Tensor

from workbench.networks.activations import Activation
from workbench.networks.disturbance import Disturbance
from workbench.networks.streams import Streams
from workbench.networks.weight_array import WeightArray
from workbench.parameters import Checked, Range
from workbench.tensors import Shape

Nonlinearity = Annotated[Activation, "what a hidden unit makes of the sum of its inputs"]
Disturbed = Annotated[Disturbance, "dropout, noise and rounding of hidden units"]
Scale = Annotated[float, Range(0.1, 3, log=True, limits=(0, 100)), "spread of the first weights, times sqrt(fan-in)"]
Biases = Annotated[float | None, Range(0, 1, limits=(0, 100)), "spread of the first biases, no biases when empty"]
_CUT = 2.0  # standard deviations at which the first weights are cut off


class Network(ABC, metaclass=Checked):
    """outputs = f(inputs; weights), each set of weights by itself. Subclasses are frozen dataclasses.

    S sets of P weights are one tensor (S, P); inputs are (S, N, *shape), or (1, N, *shape) where all see the same.
    """

    activation: Activation
    disturbance: Disturbance
    scale: float
    biases: float | None

    @abstractmethod
    def blocks(self, inputs: Shape, outputs: int) -> tuple[WeightArray, ...]:
        """The arrays that the weights are made of, in their order."""

    @abstractmethod
    def layers(self, arrays: Iterator[Tensor], inputs: Tensor, streams: Streams | None) -> list[Tensor]:
        """Hidden units of every layer, (S, N, ...) each, and last the outputs, (S, N, outputs).

        `arrays` gives the weights block by block, (S, *block.shape). Chance comes in where there are `streams`.
        """

    def size(self, inputs: Shape, outputs: int) -> int:
        """P."""
        return sum(math.prod(block.shape) for block in self.blocks(inputs, outputs))

    def arrays(self, weights: Tensor, inputs: Shape, outputs: int) -> list[Tensor]:
        """The weights, (S, P), as the arrays of `blocks`."""
        blocks = self.blocks(inputs, outputs)
        parts = weights.split([math.prod(block.shape) for block in blocks], 1)
        return [part.reshape(-1, *block.shape) for part, block in zip(parts, blocks, strict=True)]

    def first_weights(self, inputs: Shape, outputs: int, rng: torch.Generator) -> Tensor:
        """Normal numbers cut off at two standard deviations, scale / sqrt(fan_in) each: (P,) float64."""
        return torch.cat([self._drawn(block, rng) for block in self.blocks(inputs, outputs)])

    def _drawn(self, block: WeightArray, rng: torch.Generator) -> Tensor:
        spread = self.scale / block.fan_in**0.5 if block.fan_in else self.biases or 0.0
        empty = torch.empty(math.prod(block.shape), dtype=torch.float64, device=rng.device)
        unit = torch.nn.init.trunc_normal_(empty, 0.0, 1.0, -_CUT, _CUT, generator=rng)
        return spread * unit

    def _dense(self, inputs: int, outputs: int) -> list[WeightArray]:
        """The blocks of a layer in which every unit sees every input."""
        bias = [] if self.biases is None else [WeightArray((outputs, 1), 0)]
        return [WeightArray((outputs, inputs), inputs), *bias]

    def _affine(self, h: Tensor, arrays: Iterator[Tensor]) -> Tensor:
        """W h + b with the next arrays: (S or 1, in, N) -> (S, out, N).

        The examples come last: layers of few units are twice as fast so, since their products have long rows.
        """
        W = next(arrays)
        h = h.expand(len(W), -1, -1)
        return torch.bmm(W, h) if self.biases is None else torch.baddbmm(next(arrays), W, h)
