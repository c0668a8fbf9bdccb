"""Small convolutional networks."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Annotated

from torch import Tensor
from torch.nn import functional

from workbench.networks.activations import ReLU
from workbench.networks.disturbance import Disturbance
from workbench.networks.network import Biases, Disturbed, Network, Nonlinearity, Scale
from workbench.networks.streams import Streams
from workbench.networks.weight_array import WeightArray
from workbench.parameters import Range
from workbench.refusal import Refusal
from workbench.tensors import Shape, shown

_KERNEL = 3


@dataclass(frozen=True)
class CNN(Network):
    """h <- mean of 2 x 2 of f(K * h + b), K of 3 x 3, layer after layer, and at the end W h + b.

    For pictures (C, H, W), whose sides halve, rounded down, at each layer.
    """

    channels: Annotated[tuple[int, ...], Range(1, 64, limits=(1, 4096)), "channels of each layer"] = (8, 16)
    activation: Nonlinearity = ReLU()
    disturbance: Disturbed = Disturbance()
    scale: Scale = 1.4
    biases: Biases = 0.0

    def blocks(self, inputs: Shape, outputs: int) -> tuple[WeightArray, ...]:
        if len(inputs) != 3 or min(inputs[1:]) < 2 ** len(self.channels):
            came = f"inputs of {shown(inputs)}"
            raise Refusal(
                f"pictures of sides of at least {2 ** len(self.channels)}", came, "take fewer layers, or an MLP"
            )
        kernels = [b for few, many in pairwise((inputs[0], *self.channels)) for b in self._kernel(few, many)]
        sides = [side >> len(self.channels) for side in inputs[1:]]
        last = (inputs[0], *self.channels)[-1]
        return (*kernels, *self._dense(last * sides[0] * sides[1], outputs))

    def _kernel(self, few: int, many: int) -> list[WeightArray]:
        bias = [] if self.biases is None else [WeightArray((1, many), 0)]
        return [WeightArray((many, few, _KERNEL, _KERNEL), few * _KERNEL**2), *bias]

    def layers(self, arrays: Iterator[Tensor], inputs: Tensor, streams: Streams | None) -> list[Tensor]:
        found, h = [], inputs
        for _ in self.channels:
            h = self.activation(self._convolved(h, arrays))
            h = functional.avg_pool2d(h.flatten(0, 1), 2).unflatten(0, h.shape[:2])
            h = self.disturbance.units(h, self.activation.bounds, streams)
            found.append(h)
        return [*found, self._affine(h.flatten(2).mT, arrays).mT]

    def _convolved(self, h: Tensor, arrays: Iterator[Tensor]) -> Tensor:
        """(S or 1, N, C, H, W) -> (S, N, C', H, W): the networks of a batch are groups of channels."""
        kernel = next(arrays)
        bias = None if self.biases is None else next(arrays).flatten()
        sets = len(kernel)
        stacked = h.expand(sets, -1, -1, -1, -1).transpose(0, 1).flatten(1, 2)
        out = functional.conv2d(stacked, kernel.flatten(0, 1), bias, padding=_KERNEL // 2, groups=sets)
        return out.unflatten(1, (sets, -1)).transpose(0, 1)
