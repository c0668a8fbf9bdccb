"""What a network has learned, by its predictions."""

from typing import Annotated

import torch
from torch import Tensor

from workbench.networks.examples.base import Examples
from workbench.networks.examples.chebyshev_regression import ChebyshevRegression
from workbench.networks.mlp import MLP
from workbench.networks.network import Network
from workbench.networks.predictions import Predictions
from workbench.problem import Problem
from workbench.ranges import SEEDS
from workbench.refusal import Refusal
from workbench.tensors import child_seed, stream


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
