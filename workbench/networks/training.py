"""A whole training as one describable object."""

from dataclasses import dataclass
from typing import Annotated

import torch

from workbench.networks.examples.base import Examples
from workbench.networks.examples.twelve_bit import TwelveBit
from workbench.networks.learning import Learning
from workbench.networks.loss import CrossEntropy, Loss
from workbench.networks.mlp import MLP
from workbench.networks.network import Network
from workbench.networks.optimisers.adam import Adam
from workbench.networks.optimisers.base import Optimiser
from workbench.parameters import Checked, Range
from workbench.priors import Prior, Zero
from workbench.problem import Problem
from workbench.ranges import SEEDS


@dataclass(frozen=True)
class Training(metaclass=Checked):
    """Train a network from `seeds` first weights at once: `run.iterate(training.problem(), training.optimiser)`.

    The prior acts on the weights: Tikhonov(w) is L2 regularisation, w |x|^2 / 2 beside the mean loss.
    """

    saved = True

    network: Annotated[Network, "network"] = MLP()
    examples: Annotated[Examples, "examples"] = TwelveBit()
    loss: Annotated[Loss, "loss"] = CrossEntropy()
    prior: Annotated[Prior, "prior of the weights"] = Zero()
    optimiser: Annotated[Optimiser, "optimiser"] = Adam()
    seeds: Annotated[int, Range(1, 30, limits=(1, 1000)), "networks that train at once"] = 1
    seed: Annotated[int, SEEDS, "seed of the first network"] = 0
    epochs: Annotated[int, Range(1, 10_000, log=True, limits=(1, 10**9)), "how often every example is seen"] = 100
    double: Annotated[bool, "numbers in double precision"] = False

    def problem(self) -> Problem:
        """The unknown is the weights, (seeds, 1, P); the data are the targets, (seeds, N, outputs)."""
        operator = Learning(self.network, self.examples, self.seed)
        targets = operator.targets.to(torch.float64 if self.double else torch.float32)
        return Problem(operator, self.loss, self.prior, targets.expand(self.seeds, -1, -1))

    @property
    def steps(self) -> int:
        """The steps that the epochs take."""
        count, batch = len(self.examples.split()[0].inputs), self.optimiser.batch
        return self.epochs * (1 if batch is None else -(-count // batch))
