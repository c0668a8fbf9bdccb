"""To stop where the objective changes no more."""

from dataclasses import dataclass

import torch
from torch import Tensor

from workbench.algorithms import Algorithm, State
from workbench.problem import Problem
from workbench.stopping.stop import Every, Rule, Stop, Tolerance, below, now_and_then
from workbench.tensors import norm


@dataclass(frozen=True)
class Change(Stop):
    """|x - x, `every` iterations before| <= relative |x|."""

    relative: Tolerance = 1e-4
    every: Every = 20

    def begin(self, problem: Problem, algorithm: Algorithm) -> Rule:
        before: list[Tensor] = []

        def settled(state: State) -> str:
            last = before.pop() if before else None
            before.append(state.moving)
            if last is None:
                return ""
            size, moved = norm(state.moving), norm(state.moving - last)
            return below("change", torch.where(moved > 0, moved / size, 0), self.relative)

        return now_and_then(self.every, settled)
