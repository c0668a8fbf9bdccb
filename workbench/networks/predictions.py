"""A network as a forward operator: the unknown is its weights, the data are its targets."""

from typing import Annotated

import torch
from torch import Tensor

from workbench.networks.examples import ChebyshevRegression, Examples
from workbench.networks.mlp import MLP
from workbench.networks.network import Network
from workbench.networks.streams import Streams
from workbench.operators import Field, Operator
from workbench.problem import Problem
from workbench.ranges import SEEDS
from workbench.refusal import Refusal
from workbench.tensors import Constant, child_seed, stream


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


class Learning(Predictions):
    """A(w) = outputs of a network of weights w for the examples that it learns from: (S, 1, P) -> (S, N, outputs).

    With the targets as data, a loss as noise and a prior on the weights, training is a Problem like any other. The
    first weights of the items of a batch are those of `seeds`.
    """

    def __init__(
        self,
        network: Annotated[Network, "network"] = MLP(),
        examples: Annotated[Examples, "examples"] = ChebyshevRegression(),
        seed: Annotated[int, SEEDS, "seed of the first network"] = 0,
    ) -> None:
        learned, held_out = examples.split()
        super().__init__(network, learned.inputs, learned.targets.shape[1])
        self.examples, self.seed = examples, seed
        self.targets = learned.targets
        self.held_out, self.held_out_targets = None, held_out.targets
        if len(held_out.inputs):
            self.held_out = self.over(held_out.inputs)

    def first_guess(self, y: Tensor) -> Tensor:
        rngs = (stream(seed, "first weights") for seed in self.seeds(y))
        first = (self.network.first_weights(self._shape, self.out_shape[1], rng) for rng in rngs)
        return torch.stack(list(first))[:, None].to(y)

    def seeds(self, x: Tensor) -> tuple[int, ...]:
        """The seed of every item of a batch, which depends on its place and on `seed` alone."""
        return tuple(child_seed(self.seed, "networks", place) for place in range(len(x)))


def learning(problem: Problem) -> Learning:
    """The operator of a problem whose unknown is the weights of a network; Refusal of any other problem."""
    if not isinstance(problem.operator, Learning):
        came = type(problem.operator).__name__
        raise Refusal(
            "a problem whose unknown is the weights of a network", came, "make it with Training(...).problem()"
        )
    return problem.operator
