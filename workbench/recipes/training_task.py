"""What a network is asked to do, and what a wrong answer costs."""

import math
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, NamedTuple

import torch
from torch import Tensor

from workbench.parameters import Checked, Range
from workbench.priors import Can
from workbench.recipes.measures import LEVELS, Figure, beside_exact, denoised
from workbench.recipes.photographs import Photographs
from workbench.recipes.pictures import Pictures
from workbench.tensors import first_stream, spread

Apply = Callable[..., Tensor]  # the network with some weights
Sigma = Annotated[float, Range(1e-3, 10, log=True, limits=(1e-5, 1e3)), "noise, a standard deviation"]


class Batch(NamedTuple):
    """What goes into the network, and what should come out, (N, ...)."""

    inputs: tuple[Tensor, ...]
    targets: Tensor


@dataclass(frozen=True)
class Moment:
    """Where a training is: the part of it that is over, 0 to 1, and the random numbers of the step."""

    progress: float
    rng: torch.Generator


class TrainingTask(ABC, metaclass=Checked):
    """A task for a network, with as many examples as wanted. Subclasses are frozen dataclasses."""

    pictures: Pictures

    @abstractmethod
    def batch(self, truth: Tensor, rng: torch.Generator) -> Batch:
        """The examples made of some pictures, (N, C, side, side)."""

    @abstractmethod
    def figures(self, network: Callable[..., Tensor]) -> list[Figure]:
        """How well a trained network does on a signal that nothing was learned from: the lines of its card."""

    def answer(self, apply: Apply, *inputs: Tensor) -> Tensor:
        """What the network answers to the inputs of a batch."""
        return apply(*inputs)

    @abstractmethod
    def loss(self, apply: Apply, batch: Batch, moment: Moment) -> Tensor:
        """What the network's answers cost, a mean over the batch."""

    def drawn(self, rng: torch.Generator, count: int) -> Batch:
        """New examples to learn from."""
        return self.batch(self.pictures.draw(rng, count), rng)

    def held_out(self, count: int) -> Batch:
        """The same examples every time, of pictures that nothing is learned from."""
        rng = first_stream(0, "held-out examples")
        return self.batch(self.pictures.held_out(rng, count), rng)


@dataclass(frozen=True)
class DenoisingTask(TrainingTask):
    """x + sigma n -> x with sigma log-uniform; the loss is the mean of |error|^2 / sigma^order.

    The least error falls about as sigma^1.2: order 1.2 gives every noise level its say, order 2 prefers the low ones.
    """

    pictures: Annotated[Pictures, "pictures"] = Photographs()
    low: Sigma = 0.01
    high: Sigma = 0.3
    order: Annotated[float, Range(0, 2, limits=(0, 4)), "power of the noise level that divides the loss"] = 1.2
    cap: Annotated[float, Range(0.1, 10, limits=(1e-3, 1e3)), "noise above which the loss is divided no further"] = 10.0

    def batch(self, truth: Tensor, rng: torch.Generator) -> Batch:
        u = torch.rand(len(truth), generator=rng)
        sigma = torch.exp(math.log(self.low) + u * math.log(self.high / self.low))
        return Batch((truth + spread(sigma, truth) * torch.randn(truth.shape, generator=rng), sigma), truth)

    def loss(self, apply: Apply, batch: Batch, moment: Moment) -> Tensor:
        error = (apply(*batch.inputs) - batch.targets).square().flatten(1).mean(1)
        return (error / batch.inputs[1].clamp_max(self.cap) ** self.order).mean()

    def figures(self, network: Callable[..., Tensor]) -> list[Figure]:
        (name, signal), law = self.pictures.test(), self.pictures.law
        if law is not None and Can.SCORE in law.can:
            return [beside_exact(network, law, name, signal, sigma) for sigma in LEVELS]
        return [denoised(network, name, signal, sigma) for sigma in LEVELS]
