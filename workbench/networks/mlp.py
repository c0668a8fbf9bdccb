"""Fully connected networks."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Annotated

from torch import Tensor

from workbench.networks.activations import Tanh
from workbench.networks.disturbance import Disturbance
from workbench.networks.network import Biases, Disturbed, Network, Nonlinearity, Scale
from workbench.networks.streams import Streams
from workbench.networks.weight_array import WeightArray
from workbench.parameters import Range
from workbench.tensors import Shape


@dataclass(frozen=True)
class MLP(Network):
    """h <- f(W h + b), layer after layer, and at the end W h + b: a multilayer perceptron of any widths.

    Without hidden layers it is linear: least squares, or softmax regression.
    """

    hidden: Annotated[tuple[int, ...], Range(1, 256, limits=(1, 65536)), "units of each hidden layer"] = (
        10,
        7,
        5,
        4,
        3,
    )
    activation: Nonlinearity = Tanh()
    disturbance: Disturbed = Disturbance()
    scale: Scale = 1.0
    biases: Biases = 0.0

    def blocks(self, inputs: Shape, outputs: int) -> tuple[WeightArray, ...]:
        widths = (math.prod(inputs), *self.hidden, outputs)
        return tuple(block for pair in pairwise(widths) for block in self._dense(*pair))

    def layers(self, arrays: Iterator[Tensor], inputs: Tensor, streams: Streams | None) -> list[Tensor]:
        found, h = [], inputs.flatten(2).mT
        for _ in self.hidden:
            h = self.activation(self._affine(h, arrays))
            h = self.disturbance.units(h, self.activation.bounds, streams)
            found.append(h.mT)
        return [*found, self._affine(h, arrays).mT]
