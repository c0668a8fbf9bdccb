"""Estimators that train a small network: bounds by a critic, and compression by an auto-encoder."""

import math
from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, ClassVar

import torch
from torch import Tensor

from workbench.analysis.information.base import Estimator, Samples, discrete, symbols
from workbench.analysis.information.fronts import Front, Inner, Kept, Seed
from workbench.analysis.information.neighbours import KSG
from workbench.analysis.information.nets import Net, draw, standardised, train
from workbench.parameters import Range
from workbench.refusal import Refusal
from workbench.tensors import stream

Steps = Annotated[int, Range(50, 5000, log=True, limits=(1, 10**6)), "training steps"]
Batch = Annotated[int, Range(32, 1024, log=True, limits=(8, 100_000)), "pairs in a batch"]

_FEATURES = 32
_UNTRAINED = "where the critic is trained too little or too small, which the reading alone does not show"


@dataclass(frozen=True)
class Critic(Estimator):
    """A bound by a critic f(u, v), trained on half of the pairs and read on the other half."""

    steps: Steps = 1000
    batch: Batch = 256
    seed: Seed = 0

    meaningless: ClassVar[str] = _UNTRAINED

    def measure(self, u: Samples, v: Samples) -> float:
        n, name = len(u), type(self).__name__
        if n < 4 * self.batch:
            raise Refusal(
                f"{4 * self.batch} samples for batches of {self.batch}", str(n), "take more, or a smaller batch"
            )
        u, v = (_one_hot(x) if discrete(x) else standardised(x) for x in (u, v))
        order = torch.randperm(n, generator=stream(self.seed, f"halves of {name}", device=u.device), device=u.device)
        seen, held = order[: n // 2], order[n // 2 :]
        nets, score = self.critic(u.shape[1], v.shape[1], stream(self.seed, f"critic of {name}", device=u.device))

        def loss(rng: torch.Generator) -> Tensor:
            rows = seen[torch.randperm(len(seen), generator=rng, device=rng.device)[: self.batch]]
            return -self.bound(score, u[rows], v[rows])

        train(nets, loss, self.steps, self.seed, f"batches of {name}")
        with torch.no_grad():
            found = self.read(score, u[held], v[held])
        if not math.isfinite(found):
            raise Refusal("a critic whose training converges", f"a bound of {found}", "change the seed or the batch")
        return max(0.0, found)  # below 0 the bound says no more than 0

    @abstractmethod
    def critic(self, left: int, right: int, rng: torch.Generator) -> tuple[tuple[Net, ...], Callable]:
        """The networks and the scores f(u_i, v_j) that they give, (n, n)."""

    @abstractmethod
    def bound(self, score: Callable, u: Tensor, v: Tensor) -> Tensor:
        """What training maximises, on a batch."""

    @abstractmethod
    def read(self, score: Callable, u: Tensor, v: Tensor) -> float:
        """The bound on pairs that the critic has not seen."""


@dataclass(frozen=True)
class InfoNCE(Critic):
    """I(u; v) >= ln B + <ln softmax_j f(u_i, v_j) at j = i> over batches of B, f(u, v) = g(u)'h(v).

    van den Oord, Li & Vinyals 2018, arXiv:1807.03748.
    """

    bias: ClassVar[str] = "low, never above ln B: it saturates early, and scatters little"
    freedom: ClassVar[str] = "batch"
    free: ClassVar[str] = "the batch, which is the ceiling, and the training"

    def ceiling(self, n: int) -> float:
        return math.log2(min(n, self.batch))

    def critic(self, left: int, right: int, rng: torch.Generator) -> tuple[tuple[Net, ...], Callable]:
        g, h = (Net((width, 64, 64, _FEATURES), rng) for width in (left, right))
        return (g, h), lambda u, v: g(u) @ h(v).T

    def bound(self, score: Callable, u: Tensor, v: Tensor) -> Tensor:
        return math.log(len(u)) + score(u, v).log_softmax(1).diagonal().mean()

    def read(self, score: Callable, u: Tensor, v: Tensor) -> float:
        whole = len(u) // self.batch * self.batch
        pairs = zip(u[:whole].split(self.batch), v[:whole].split(self.batch), strict=True)
        values = [float(self.bound(score, a, b)) for a, b in pairs]
        return sum(values) / len(values)


@dataclass(frozen=True)
class MINE(Critic):
    """I(u; v) >= <f> over pairs - ln <exp f> over shuffled pairs: the Donsker-Varadhan bound.

    Pairs are shuffled by four cyclic shifts of a batch. Belghazi et al. 2018, arXiv:1801.04062.
    """

    bias: ClassVar[str] = "low; the larger I(u; v), the more it scatters, as exp I"
    freedom: ClassVar[str] = "steps"
    free: ClassVar[str] = "the training: its length, the batch, the network"

    def critic(self, left: int, right: int, rng: torch.Generator) -> tuple[tuple[Net, ...], Callable]:
        f = Net((left + right, 64, 64, 1), rng)
        return (f,), lambda u, v: f(torch.cat([u, v], 1))[:, 0]

    def bound(self, score: Callable, u: Tensor, v: Tensor) -> Tensor:
        # A cyclic shift of a batch in random order is a shuffle that pairs no sample with its own.
        shuffled = torch.cat([score(u, v.roll(k, 0)) for k in (1, 2, 3, 4)])
        return score(u, v).mean() - shuffled.logsumexp(0) + math.log(len(shuffled))

    def read(self, score: Callable, u: Tensor, v: Tensor) -> float:
        return float(self.bound(score, u, v))


@dataclass(frozen=True)
class AutoEncoder(Front):
    """I(f(u); f(v)), f the code of an auto-encoder of each side that has more dimensions than are kept.

    A lower bound of I(u; v), since a function keeps no more. Butakov et al. 2024, arXiv:2305.08013.
    """

    estimator: Inner = KSG()
    dimensions: Kept = 2
    steps: Steps = 1000
    seed: Seed = 0

    bias: ClassVar[str] = "that of the estimator behind it, and low by what the code loses"
    freedom: ClassVar[str] = "dimensions"
    free: ClassVar[str] = "the dimensions of the code and the training"
    meaningless: ClassVar[str] = "where the auto-encoder does not reconstruct what the other side depends on"

    def change(self, x: Samples, side: str) -> Samples:
        if x.shape[1] <= self.dimensions:
            return x
        rng = stream(self.seed, f"code of {side}", device=x.device)
        # One scale for all coordinates: pixels that hardly vary are not blown up.
        x = ((x - x.mean(0)) / x.std(0).max()).float()
        inside = Net((x.shape[1], 128, 64, self.dimensions), rng)
        outside = Net((self.dimensions, 64, 128, x.shape[1]), rng)

        def loss(rng: torch.Generator) -> Tensor:
            rows = x[draw(len(x), 128, rng)]
            return (outside(inside(rows)) - rows).square().mean()

        train((inside, outside), loss, self.steps, self.seed, f"batches of {side}")
        with torch.no_grad():
            return inside(x).double()


def _one_hot(x: Samples) -> Tensor:
    return torch.nn.functional.one_hot(symbols(x)).float()
