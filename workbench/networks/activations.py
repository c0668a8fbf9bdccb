"""Activation functions: what a unit makes of the sum of its inputs."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Annotated, ClassVar

import torch
from torch import Tensor
from torch.nn import functional

from workbench.parameters import Checked, Range


class Activation(ABC, metaclass=Checked):
    """A function of numbers, entry by entry. Subclasses are frozen dataclasses."""

    bounds: ClassVar[tuple[float, float] | None] = None  # between which its values lie; None: not bounded

    @abstractmethod
    def __call__(self, x: Tensor) -> Tensor:
        """The values, in the shape of x."""


@dataclass(frozen=True)
class Linear(Activation):
    """f(x) = x."""

    def __call__(self, x: Tensor) -> Tensor:
        return x


@dataclass(frozen=True)
class Tanh(Activation):
    """f(x) = tanh x, which saturates at -1 and 1."""

    bounds = (-1.0, 1.0)

    def __call__(self, x: Tensor) -> Tensor:
        return torch.tanh(x)


@dataclass(frozen=True)
class Sigmoid(Activation):
    """f(x) = 1 / (1 + exp(-x)), which saturates at 0 and 1."""

    bounds = (0.0, 1.0)

    def __call__(self, x: Tensor) -> Tensor:
        return torch.sigmoid(x)


@dataclass(frozen=True)
class ReLU(Activation):
    """f(x) = max(x, 0): its curvature is 0 wherever it has one."""

    def __call__(self, x: Tensor) -> Tensor:
        return torch.relu(x)


@dataclass(frozen=True)
class LeakyReLU(Activation):
    """f(x) = max(x, slope x)."""

    slope: Annotated[float, Range(0, 0.5, limits=(0, 1)), "slope below 0"] = 0.1

    def __call__(self, x: Tensor) -> Tensor:
        return functional.leaky_relu(x, self.slope)


@dataclass(frozen=True)
class GELU(Activation):
    """f(x) = x Phi(x), Phi the normal distribution: smooth near 0, a ReLU far from it."""

    def __call__(self, x: Tensor) -> Tensor:
        return functional.gelu(x)


@dataclass(frozen=True)
class SiLU(Activation):
    """f(x) = x / (1 + exp(-x))."""

    def __call__(self, x: Tensor) -> Tensor:
        return functional.silu(x)
