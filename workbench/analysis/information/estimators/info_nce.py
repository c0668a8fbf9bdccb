"""The bound of contrastive predictive coding."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from workbench.analysis.information.estimators.critic import Critic
from workbench.analysis.information.estimators.nets import Net

_FEATURES = 32


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
