"""A network as a forward operator: the unknown is its weights, the data are its targets."""

from torch import Tensor

from workbench.networks.network import Network
from workbench.networks.streams import Streams
from workbench.operators import Field, Operator
from workbench.tensors import Constant


class Predictions(Operator):
    """A(w) = outputs of a network of weights w for some inputs: (S, 1, P) -> (S, N, outputs)."""

    field = Field.REAL

    def __init__(self, network: Network, inputs: Tensor, outputs: int) -> None:
        self._shape = tuple(inputs.shape[1:])
        super().__init__((1, network.size(self._shape, outputs)), (len(inputs), outputs))
        self.network, self._inputs = network, Constant(inputs)

    def forward(self, x: Tensor) -> Tensor:
        return self.layers(x)[-1]

    def layers(self, x: Tensor, rows: Tensor | None = None, streams: Streams | None = None) -> list[Tensor]:
        """Hidden units of every layer, (S, N, ...) each, and last the outputs.

        `rows`, (S or 1, B), takes some of the inputs. Chance comes in where there are `streams`.
        """
        inputs = self._inputs.like(x)
        inputs = inputs[None] if rows is None else inputs[rows]
        weights = self.network.disturbance.weights(x.flatten(1), streams)
        arrays = iter(self.network.arrays(weights, self._shape, self.out_shape[1]))
        return self.network.layers(arrays, inputs, streams)

    def over(self, inputs: Tensor) -> "Predictions":
        """The same network on other inputs, (N, *shape)."""
        return Predictions(self.network, inputs, self.out_shape[1])

    def part(self, rows: Tensor) -> "Predictions":
        """The same for some of the inputs, (B,)."""
        return self.over(self._inputs.value[rows.to(self._inputs.value.device)])
