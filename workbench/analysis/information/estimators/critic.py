"""A network that tells pairs from strangers: what learned bounds of the information share."""

import math
from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, ClassVar

import torch
from torch import Tensor

from workbench.analysis.information.estimators.base import Estimator, Samples, discrete, symbols
from workbench.analysis.information.estimators.fronts.front import Seed
from workbench.analysis.information.estimators.nets import Net, standardised, train
from workbench.analysis.information.estimators.ties import refuse_repeated
from workbench.parameters import Range
from workbench.refusal import Refusal
from workbench.tensors import stream

Steps = Annotated[int, Range(50, 5000, log=True, limits=(1, 10**6)), "training steps"]
Batch = Annotated[int, Range(32, 1024, log=True, limits=(8, 100_000)), "pairs in a batch"]
_UNTRAINED = "where the critic is trained too little or too small, which the reading alone does not show"


@dataclass(frozen=True)
class Critic(Estimator):
    """A bound by a critic f(u, v), trained on half of the pairs and read on the other half."""

    steps: Steps = 1000
    batch: Batch = 256
    seed: Seed = 0

    meaningless: ClassVar[str] = _UNTRAINED

    def measure(self, u: Samples, v: Samples) -> float:
        refuse_repeated(u, v)  # a copy on either half has been seen
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


def _one_hot(x: Samples) -> Tensor:
    return torch.nn.functional.one_hot(symbols(x)).float()
