"""The bound of Donsker and Varadhan, learned."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from workbench.analysis.information.estimators.critic import Critic
from workbench.analysis.information.estimators.nets import Net


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
