"""Descent with tolerances that fall as planned."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, ClassVar

import torch
from torch import Tensor

from workbench.parameters import Range
from workbench.tuning.hypergradients.gradients import Hypergradient
from workbench.tuning.hypergradients.held_out import HeldOut
from workbench.tuning.hypergradients.learners.learner import FARTHEST, Learner, OuterStep

_FALL = 0.25  # of what the gradient promises: longer steps leap to and fro over the minimum
_LONGER, _SHORTER = 1.05, 0.5
_ROUNDINGS = 1000  # below which no minimum is found


@dataclass(frozen=True)
class HOAG(Learner):
    """theta <- theta - t gradient, minimum and gradient found to first decay^k at step k: summable errors.

    t grows while the loss falls by a quarter of what the gradient promises, up to the errors of its two values; else it
    is halved and the step taken back. Pedregosa 2016, arXiv 1602.02355.
    """

    word: ClassVar[str] = "hoag"

    steps: Annotated[int, Range(1, 500, log=True, limits=(1, 1_000_000)), "most steps"] = 40
    first: Annotated[float, Range(1e-6, 1, log=True, limits=(1e-15, 1e6)), "first accuracy, per number"] = 1e-3
    decay: Annotated[float, Range(0.3, 0.99, limits=(0.01, 1)), "accuracy of a step over that of the one before"] = 0.8
    settled: Annotated[
        float, Range(1e-5, 1e-1, log=True, limits=(0, 1e6)), "move of theta, its largest entry, at which it ends"
    ] = 1e-3

    def walk(self, held_out: HeldOut, hypergradient: Hypergradient, theta: Tensor) -> Iterator[OuterStep]:
        accuracy = self.first
        lower = held_out.solved(theta, accuracy)
        found = hypergradient.gradient(held_out, theta, lower, accuracy)
        loss, spent, products = float(held_out.value(lower.x)), lower.steps, found.products
        yield OuterStep(theta, loss, held_out.bounds(lower)[1], float(found.value.norm()), accuracy, spent, products)
        t, floor = torch.inf, _ROUNDINGS * torch.finfo(lower.x.dtype).eps
        for _ in range(self.steps):
            before, accuracy = accuracy, max(accuracy * self.decay, floor)
            t = min(t, FARTHEST / max(float(found.value.abs().max()), 1e-300))
            there = theta - t * found.value
            move = float((there - theta).abs().max())
            ahead = held_out.solved(there, accuracy, lower.x)
            spent += ahead.steps
            after = float(held_out.value(ahead.x))
            blur = (2 * max(loss, after)) ** 0.5 * (accuracy + before)  # what both values may be off
            if after > loss - _FALL * t * float(found.value.square().sum()) + blur:
                t *= _SHORTER
                continue
            theta, lower, loss, t = there, ahead, after, t * _LONGER
            found = hypergradient.gradient(held_out, theta, lower, accuracy)
            products += found.products
            above = held_out.bounds(lower)[1]
            yield OuterStep(theta, loss, above, float(found.value.norm()), accuracy, spent, products)
            if move <= self.settled:
                return
