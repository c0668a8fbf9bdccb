"""Small trainings in double precision, and matrices made column by column."""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from workbench.networks import CNN, MLP, CrossEntropy, Disturbance, Examples, Learning, SquaredLoss, Table, Tanh
from workbench.networks.loss import Loss
from workbench.networks.network import Network
from workbench.operators import LinearOperator
from workbench.priors import Prior, Tikhonov, Zero
from workbench.problem import Problem
from workbench.tensors import generator


@dataclass(frozen=True)
class Numbers(Examples):
    """Normal inputs and normal targets."""

    shape: tuple[int, ...] = (4,)
    outputs: int = 3
    count: int = 16
    share: float = 0.75

    classes = False

    def table(self) -> Table:
        rng = generator(7, 0)
        inputs = torch.randn((self.count, *self.shape), generator=rng, dtype=torch.float64)
        return Table(inputs, torch.randn((self.count, self.outputs), generator=rng, dtype=torch.float64))


@dataclass(frozen=True)
class Classes(Numbers):
    """Normal inputs and random classes."""

    classes = True

    def table(self) -> Table:
        inputs, numbers = Numbers.table(self)
        return Table(inputs, functional.one_hot(numbers.argmax(1), self.outputs).double())


def problem(
    network: Network, examples: Examples, loss: Loss, prior: Prior = Zero(), seeds: int = 2, seed: int = 0
) -> Problem:
    operator = Learning(network, examples, seed)
    return Problem(operator, loss, prior, operator.targets.expand(seeds, -1, -1))


PICTURES = (2, 4, 5)
CASES = {
    "tanh, classes": (MLP((5, 4), biases=0.3), Classes(), CrossEntropy()),
    "no biases, numbers": (MLP((5,), biases=None), Numbers(), SquaredLoss()),
    "linear, classes": (MLP(()), Classes(), CrossEntropy()),
    "CNN, classes": (CNN((3, 2), Tanh(), biases=0.2), Classes(PICTURES), CrossEntropy()),
    "CNN without biases, numbers": (CNN((2,), Tanh(), biases=None), Numbers(PICTURES), SquaredLoss()),
}
RANDOM = Disturbance(dropout=0.3, weight_noise=0.1, unit_noise=0.1)


def case(name: str, seeds: int = 2) -> Problem:
    """A problem of CASES, with a prior on its weights."""
    return problem(*CASES[name], prior=Tikhonov(0.1), seeds=seeds)


def moved(made: Problem) -> Tensor:
    """Weights off the start, of every item."""
    x = made.start()
    return x + 0.3 * torch.randn(x.shape, generator=generator(3, 0), dtype=x.dtype)


def matrix(operator: LinearOperator, items: int) -> Tensor:
    """The matrices of an operator that acts on every item of a batch by itself: (items, n, n)."""
    size = operator.in_shape[1]
    columns = [operator(e.expand(items, 1, size)).flatten(1) for e in torch.eye(size, dtype=torch.float64)]
    return torch.stack(columns, -1)
