"""Stopping rules, composed with | and &: `Steps(500) | Gap(1e-6) | Seconds(10)`."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Annotated

import torch
from torch import Tensor

from workbench.algorithms import Algorithm, State
from workbench.parameters import Checked, Range
from workbench.problem import Problem

Tolerance = Annotated[float, Range(1e-8, 1e-1, log=True, limits=(0, 1)), "relative tolerance"]
# Reading a number from a device makes it wait.
Every = Annotated[int, Range(1, 100, log=True, limits=(1, 10**6)), "iterations between two looks"]
Rule = Callable[[State], str]  # why the run ends at a state, empty where it goes on


class Stop(ABC, metaclass=Checked):
    """When a run ends. Rules are frozen dataclasses; of a batch every item has to satisfy them."""

    @property
    def whole(self) -> bool:
        """Whether it reads a run from its start on, with the same settings, and no other."""
        return False

    @abstractmethod
    def begin(self, problem: Problem, algorithm: Algorithm) -> Rule:
        """What `until` asks of every state of one run; Refusal where the rule does not apply."""

    def __or__(self, other: "Stop") -> "Stop":
        from workbench.stopping.either import Either

        return Either(self, other)

    def __and__(self, other: "Stop") -> "Stop":
        from workbench.stopping.both import Both

        return Both(self, other)


def now_and_then(every: int, rule: Rule) -> Rule:
    """The answer of the last look, taken at every `every`-th state."""
    held = [""]

    def look(state: State) -> str:
        if state.k % every == 0:
            with torch.no_grad():
                held[0] = rule(state)
        return held[0]

    return look


def below(what: str, values: Tensor, limit: float | Tensor) -> str:
    """That the values of all items of the batch are at most the limit, in words; empty where one is above."""
    if not bool((values <= limit).all()):
        return ""
    return f"{what} {float(values.max()):.3g} <= {float(torch.as_tensor(limit).max()):g}"
