"""Tasks of known information: pairs to draw, and the truth in nats beside them."""

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Annotated

import torch
from torch import Tensor

from workbench.parameters import Checked, Range
from workbench.tensors import stream

Pair = tuple[Tensor, Tensor]
Dimensions = Annotated[int, Range(1, 10, limits=(1, 1000)), "dimensions of each side"]


class Task(ABC, metaclass=Checked):
    """Pairs (u, v) whose information is known; subclasses are frozen dataclasses."""

    def sample(self, n: int, seed: int = 0) -> Pair:
        """n pairs, u (n, d) and v (n, e): float64, or int64 for symbols; the same for the same seed."""
        return self.draw(n, stream(seed, f"pairs of {type(self).__name__}"))

    @abstractmethod
    def draw(self, n: int, rng: torch.Generator) -> Pair:
        """n pairs of random numbers from rng."""

    @abstractmethod
    def truth(self) -> float:
        """I(u; v) in nats."""


@dataclass(frozen=True)
class BivariateNormal(Task):
    """Pairs of normal numbers, each of correlation rho, one a dimension: I = -d ln(1 - rho^2) / 2."""

    rho: Annotated[float, Range(-0.99, 0.99, limits=(-0.999999, 0.999999)), "correlation of each pair"] = 0.75
    dimensions: Dimensions = 1

    def draw(self, n: int, rng: torch.Generator) -> Pair:
        u, noise = torch.randn(2, n, self.dimensions, generator=rng, dtype=torch.float64)
        return u, self.rho * u + math.sqrt(1 - self.rho**2) * noise

    def truth(self) -> float:
        return -self.dimensions * math.log(1 - self.rho**2) / 2


@dataclass(frozen=True)
class DenseNormal(Task):
    """2 d normal numbers, every two of correlation rho, d on each side.

    Czyz et al. 2023, arXiv:2306.11078.
    """

    dimensions: Dimensions = 2
    rho: Annotated[float, Range(0, 0.99, limits=(0, 0.999999)), "correlation of any two"] = 0.5

    def draw(self, n: int, rng: torch.Generator) -> Pair:
        shared = torch.randn(n, 1, generator=rng, dtype=torch.float64)
        own = torch.randn(n, 2 * self.dimensions, generator=rng, dtype=torch.float64)
        u, v = (math.sqrt(self.rho) * shared + math.sqrt(1 - self.rho) * own).split(self.dimensions, 1)
        return u, v

    def truth(self) -> float:
        def log_det(d: int) -> float:
            return (d - 1) * math.log(1 - self.rho) + math.log(1 + (d - 1) * self.rho)

        return log_det(self.dimensions) - log_det(2 * self.dimensions) / 2


@dataclass(frozen=True)
class AdditiveUniform(Task):
    """v = u + noise, u uniform on (0, 1), the noise on (-reach, reach)."""

    reach: Annotated[float, Range(0.01, 2, log=True, limits=(1e-9, 1e9)), "largest noise"] = 0.75

    def draw(self, n: int, rng: torch.Generator) -> Pair:
        u, noise = torch.rand(2, n, 1, generator=rng, dtype=torch.float64)
        return u, u + self.reach * (2 * noise - 1)

    def truth(self) -> float:
        return 1 / (4 * self.reach) if self.reach > 0.5 else self.reach - math.log(2 * self.reach)


@dataclass(frozen=True)
class Student(Task):
    """Uncorrelated and yet dependent: a multivariate Student distribution with the identity as its dispersion.

    Arellano-Valle, Contreras-Reyes & Genton 2013, doi 10.1111/j.1467-9469.2011.00774.x.
    """

    dimensions: Dimensions = 1
    freedom: Annotated[int, Range(1, 20, limits=(1, 10_000)), "degrees of freedom; few: long tails"] = 1

    def draw(self, n: int, rng: torch.Generator) -> Pair:
        normal = torch.randn(n, 2 * self.dimensions, generator=rng, dtype=torch.float64)
        chi2 = torch.randn(n, self.freedom, generator=rng, dtype=torch.float64).square().sum(1, keepdim=True)
        u, v = (normal / (chi2 / self.freedom).sqrt()).split(self.dimensions, 1)
        return u, v

    def truth(self) -> float:
        def entropy(d: int) -> float:  # less d/2 ln(nu pi), which cancels
            half, both = self.freedom / 2, (self.freedom + d) / 2
            psi = torch.digamma(torch.tensor([both, half], dtype=torch.float64))
            return math.lgamma(half) - math.lgamma(both) + both * float(psi[0] - psi[1])

        return 2 * entropy(self.dimensions) - entropy(2 * self.dimensions)


@dataclass(frozen=True)
class UniformMixture(Task):
    """A symbol u out of 0 .. m - 1, and v uniform on (u, u + 2).

    Gao, Kannan, Oh & Viswanath 2017, arXiv:1709.06212.
    """

    symbols: Annotated[int, Range(2, 20, limits=(2, 10_000)), "number of symbols m"] = 5

    def draw(self, n: int, rng: torch.Generator) -> Pair:
        u = torch.randint(self.symbols, (n, 1), generator=rng)
        return u, u + 2 * torch.rand(n, 1, generator=rng, dtype=torch.float64)

    def truth(self) -> float:
        return math.log(self.symbols) - (self.symbols - 1) * math.log(2) / self.symbols


@dataclass(frozen=True)
class RenderedImages(Task):
    """Pictures of a bright spot each: the places of the two are normal pairs of known information, made uniform.

    A picture shows its place exactly, so nothing is lost. Butakov et al. 2024, arXiv:2305.08013.
    """

    information: Annotated[float, Range(0, 5, limits=(0, 20), unit="nat"), "I(u; v)"] = 1.0
    side: Annotated[int, Range(8, 32, limits=(4, 256), unit="px"), "side of a picture"] = 16

    def draw(self, n: int, rng: torch.Generator) -> Pair:
        rho = math.sqrt(1 - math.exp(-self.information))  # two coordinates share the information
        u, v = BivariateNormal(min(rho, 0.999999), 2).draw(n, rng)
        return self._render(u), self._render(v)

    def truth(self) -> float:
        return self.information

    def _render(self, place: Tensor) -> Tensor:
        """Places (n, 2), standard normal, as pictures (n, side^2)."""
        grid = torch.arange(self.side, dtype=torch.float64)
        centre = (0.2 + 0.6 * torch.special.ndtr(place)) * (self.side - 1)
        rows, columns = (torch.exp(-((grid - c[:, None]) ** 2) / (self.side / 4) ** 2) for c in centre.T)
        return (rows[:, :, None] * columns[:, None, :]).flatten(1)


TASKS = (
    BivariateNormal(),
    BivariateNormal(0.99, 1),
    DenseNormal(2),
    DenseNormal(3),
    DenseNormal(5),
    AdditiveUniform(0.75),
    AdditiveUniform(0.1),
    Student(),
    UniformMixture(),
    RenderedImages(),
)

__all__ = [
    "TASKS",
    "AdditiveUniform",
    "BivariateNormal",
    "DenseNormal",
    "RenderedImages",
    "Student",
    "Task",
    "UniformMixture",
]
