"""A whole training as one describable object."""

from dataclasses import dataclass
from typing import Annotated

import torch

from workbench.networks.examples import ChebyshevRegression, Examples, TwelveBit
from workbench.networks.losses import CrossEntropy, Loss, SquaredLoss
from workbench.networks.mlp import MLP
from workbench.networks.network import Network
from workbench.networks.optimisers import SGD, Adam, Optimiser
from workbench.networks.predictions import Learning
from workbench.parameters import Checked, Range
from workbench.priors import Prior, Zero
from workbench.problem import Problem


@dataclass(frozen=True)
class Training(metaclass=Checked):
    """Train a network from `seeds` first weights at once: `run.iterate(training.problem(), training.optimiser)`.

    The prior acts on the weights: Tikhonov(w) is L2 regularisation, w |x|^2 / 2 beside the mean loss.
    """

    network: Annotated[Network, "network"] = MLP()
    examples: Annotated[Examples, "examples"] = TwelveBit()
    loss: Annotated[Loss, "loss"] = CrossEntropy()
    prior: Annotated[Prior, "prior of the weights"] = Zero()
    optimiser: Annotated[Optimiser, "optimiser"] = Adam()
    seeds: Annotated[int, Range(1, 30, limits=(1, 1000)), "networks that train at once"] = 1
    seed: Annotated[int, Range(0, 100, limits=(0, 2**31 - 1)), "seed of the first network"] = 0
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


def classic(seeds: int = 10) -> Training:
    """The run of "Opening the black box": 12-10-7-5-4-3-2, tanh, Adam of 4e-4, batches of 512 as listed, 8000 epochs.

    As the code of Shwartz-Ziv & Tishby 2017, arXiv:1703.00810, has it; the paper says SGD.
    """
    return Training(optimiser=Adam(4e-4, 512, shuffle=False), seeds=seeds, epochs=8000)


def edge_of_stability(step_size: float = 0.06, degree: int = 4) -> Training:
    """Gradient descent of 1-100-1, tanh, on 20 Chebyshev points: lambda_max grows to 2 / step and stays there.

    After Cohen et al. 2021, arXiv:2103.00065.
    """
    network = MLP((100,), biases=1.0)
    task, optimiser = ChebyshevRegression(degree=degree), SGD(step_size, None)
    return Training(network, task, SquaredLoss(), optimiser=optimiser, epochs=6000, double=True)
