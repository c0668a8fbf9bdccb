"""Losses: the mean over the examples of what a wrong output costs."""

from dataclasses import dataclass

import torch
from torch import Tensor

from workbench.noise import Likelihood, Noise
from workbench.tensors import norm2


class Loss(Noise):
    """A negative log-likelihood divided by the number N of examples; outputs and targets are (S, N, outputs).

    So the objective is what is minimised in training, and the mean over a batch estimates it. Of the density itself
    it is the N-th root: `precision` is the mean curvature, and N times the variance of `grad`.
    """


@dataclass(frozen=True)
class SquaredLoss(Loss):
    """|outputs - y|^2 / (2 N)."""

    can = Likelihood.GRAD | Likelihood.LIPSCHITZ | Likelihood.CONVEX | Likelihood.QUADRATIC

    def sample(self, clean: Tensor, rng: torch.Generator) -> Tensor:
        return clean + torch.randn(clean.shape, generator=rng, dtype=clean.dtype, device=clean.device)

    def nll(self, clean: Tensor, y: Tensor) -> Tensor:
        return norm2(clean - y) / (2 * clean.shape[1])

    def grad(self, clean: Tensor, y: Tensor) -> Tensor:
        return (clean - y) / clean.shape[1]

    def curvature(self, clean: Tensor, y: Tensor) -> Tensor:
        return torch.full_like(clean, 1 / clean.shape[1])

    def precision(self, clean: Tensor) -> Tensor:
        return torch.full_like(clean, 1 / clean.shape[1])

    def lipschitz(self, y: Tensor) -> float:
        return 1 / y.shape[1]

    def strong_convexity(self, y: Tensor) -> float:
        return 1 / y.shape[1]


@dataclass(frozen=True)
class CrossEntropy(Loss):
    """-sum y ln p / N with p = softmax of the outputs, for targets y >= 0 that add up to 1."""

    can = Likelihood.GRAD | Likelihood.LIPSCHITZ | Likelihood.CONVEX

    def sample(self, clean: Tensor, rng: torch.Generator) -> Tensor:
        chosen = torch.multinomial(clean.softmax(-1).flatten(0, -2), 1, generator=rng)
        return torch.zeros_like(clean).flatten(0, -2).scatter(1, chosen, 1.0).reshape(clean.shape)

    def nll(self, clean: Tensor, y: Tensor) -> Tensor:
        return -(y * clean.log_softmax(-1)).flatten(1).sum(1) / clean.shape[1]

    def grad(self, clean: Tensor, y: Tensor) -> Tensor:
        return (clean.softmax(-1) - y) / clean.shape[1]

    def curvature(self, clean: Tensor, y: Tensor) -> Tensor:
        return self.precision(clean)

    def precision(self, clean: Tensor) -> Tensor:
        p = clean.softmax(-1)
        return p * (1 - p) / clean.shape[1]

    def hvp(self, clean: Tensor, y: Tensor, v: Tensor) -> Tensor:
        p = clean.softmax(-1)
        return p * (v - (p * v).sum(-1, keepdim=True)) / clean.shape[1]

    def lipschitz(self, y: Tensor) -> float:
        return 0.5 / y.shape[1]

    def unfit(self, y: Tensor) -> str:
        if y.ndim != 3 or bool((y < 0).any()) or bool(((y.sum(-1) - 1).abs() > 1e-4).any()):
            return "cross-entropy takes classes, (S, N, classes), each a 1 among 0s: take the squared loss"
        return ""
