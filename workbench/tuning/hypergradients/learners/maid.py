"""Descent whose accuracy is found on the way."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, ClassVar

import torch
from torch import Tensor

from workbench.parameters import Range
from workbench.tuning.hypergradients.gradients import Hypergradient
from workbench.tuning.hypergradients.held_out import HeldOut
from workbench.tuning.hypergradients.learners.learner import FARTHEST, Learner, OuterStep

_SHORTER, _LONGER = 0.5, 1.25
_LOOSER, _TIGHTER = 1.05, 0.5
_SUFFICIENT = 1e-4  # of the fall that the gradient promises
_TRIALS = 6


@dataclass(frozen=True)
class MAID(Learner):
    """theta <- theta - t gradient, where the loss falls whatever the errors of the two minima are: by backtracking.

    A step is taken if the upper bound of the loss there is below the lower one here by 10^-4 t |gradient|^2; else t is
    halved, and after six trials minimum and gradient are found twice as accurately. After a step both t and the error
    allowed grow. The bounds are those of a convex loss and of |x - minimum| <= |gradient| / modulus.
    Salehi, Mukherjee, Roberts & Ehrhardt 2025, doi 10.1137/23M1614567, arXiv 2308.10098.
    """

    word: ClassVar[str] = "maid"

    steps: Annotated[int, Range(1, 500, log=True, limits=(1, 1_000_000)), "most steps"] = 40
    first: Annotated[float, Range(1e-6, 1, log=True, limits=(1e-15, 1e6)), "first accuracy, per number"] = 1e-2
    least: Annotated[float, Range(1e-9, 1e-2, log=True, limits=(0, 1e6)), "accuracy, per number, at which it ends"] = (
        1e-8
    )
    settled: Annotated[
        float, Range(1e-5, 1e-1, log=True, limits=(0, 1e6)), "move of theta, its largest entry, at which it ends"
    ] = 3e-3

    def walk(self, held_out: HeldOut, hypergradient: Hypergradient, theta: Tensor) -> Iterator[OuterStep]:
        accuracy, t = self.first, torch.inf
        lower, found, products, below = held_out.solved(theta, accuracy), None, 0, 0.0
        spent = lower.steps
        for _ in range(self.steps + 1):
            if found is None:
                found = hypergradient.gradient(held_out, theta, lower, accuracy)
                products += found.products
                loss = float(held_out.value(lower.x))
                below, above = held_out.bounds(lower)
                yield OuterStep(theta, loss, above, float(found.value.norm()), accuracy, spent, products)
            largest, square = float(found.value.abs().max()), float(found.value.square().sum())
            t = min(t, FARTHEST / max(largest, 1e-300))
            if t * largest <= self.settled:
                return
            for _ in range(_TRIALS):
                there = theta - t * found.value
                ahead = held_out.solved(there, accuracy, lower.x)
                spent += ahead.steps
                if held_out.bounds(ahead)[1] <= below - _SUFFICIENT * t * square:
                    break
                t *= _SHORTER
            else:
                accuracy *= _TIGHTER
                if accuracy < self.least:
                    return
                t /= _SHORTER**_TRIALS  # steps were not too long: the bounds were too wide
                lower, found = held_out.solved(theta, accuracy, lower.x), None
                spent += lower.steps
                continue
            theta, lower, found = there, ahead, None
            t, accuracy = t * _LONGER, accuracy * _LOOSER
