"""Stopping rules, composed with | and &: `Steps(500) | Gap(1e-6) | Seconds(10)`."""

import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

import torch
from torch import Tensor

from workbench.algorithms import Algorithm, State
from workbench.analysis.certificates import fixed_point, gap
from workbench.analysis.duality import uncertified
from workbench.parameters import Checked, Range, as_text, parameters
from workbench.problem import Problem
from workbench.refusal import Refusal
from workbench.tensors import norm

Tolerance = Annotated[float, Range(1e-8, 1e-1, log=True, limits=(0, 1)), "relative tolerance"]
# Reading a number from a device makes it wait.
Every = Annotated[int, Range(1, 100, log=True, limits=(1, 10**6)), "iterations between two looks"]

Rule = Callable[[State], str]  # why the run ends at a state, empty where it goes on


class Stop(ABC, metaclass=Checked):
    """When a run ends. Rules are frozen dataclasses; of a batch every item has to satisfy them."""

    @abstractmethod
    def begin(self, problem: Problem, algorithm: Algorithm) -> Rule:
        """What `until` asks of every state of one run; Refusal where the rule does not apply."""

    def __or__(self, other: "Stop") -> "Stop":
        return Either(self, other)

    def __and__(self, other: "Stop") -> "Stop":
        return Both(self, other)


@dataclass(frozen=True)
class Steps(Stop):
    """k has reached `steps`."""

    steps: Annotated[int, Range(1, 5000, log=True, limits=(1, 10_000_000)), "number of iterations"] = 300

    def begin(self, problem: Problem, algorithm: Algorithm) -> Rule:
        return lambda state: f"{self.steps} iterations" if state.k >= self.steps else ""


@dataclass(frozen=True)
class Seconds(Stop):
    """So many seconds have gone by since the run began."""

    seconds: Annotated[float, Range(0.1, 600, log=True, unit="s", limits=(0, 1e7)), "time"] = 10.0

    def begin(self, problem: Problem, algorithm: Algorithm) -> Rule:
        end = time.monotonic() + self.seconds
        return lambda state: f"{self.seconds:g} s went by" if time.monotonic() >= end else ""


@dataclass(frozen=True)
class Gap(Stop):
    """(objective - lower bound) / objective <= relative: the optimum is no further, by proof."""

    relative: Tolerance = 1e-4
    every: Every = 20

    def begin(self, problem: Problem, algorithm: Algorithm) -> Rule:
        if sentence := uncertified(problem):
            raise Refusal("a problem with a duality gap", "one without", f"{sentence}: stop by residual instead")
        return _now_and_then(self.every, lambda state: _below("gap", gap(problem, state)["gap"], self.relative))


@dataclass(frozen=True)
class Residual(Stop):
    """|x - T x| <= relative |x|, T one more step of the algorithm, or as many more as move x at all."""

    relative: Tolerance = 1e-6
    every: Every = 20

    def begin(self, problem: Problem, algorithm: Algorithm) -> Rule:

        def settled(state: State) -> str:
            return _below("residual", fixed_point(problem, algorithm, state)[1], self.relative)

        return _now_and_then(self.every, settled)


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
            return _below("change", torch.where(moved > 0, moved / size, 0), self.relative)

        return _now_and_then(self.every, settled)


@dataclass(frozen=True)
class Discrepancy(Stop):
    """misfit <= tau^2 x its mean at the truth: |Ax - y| <= tau sigma sqrt(n) for n Gaussian data.

    Morozov 1966: the data are explained as well as their noise lets them be.
    """

    tau: Annotated[float, Range(0.8, 2, limits=(0, 1e6)), "times the noise"] = 1.0
    every: Every = 5

    def begin(self, problem: Problem, algorithm: Algorithm) -> Rule:
        each = [problem.noise.expected(y) for y in problem.y.split(1)]
        level = self.tau**2 * torch.tensor(each, device=problem.y.device)
        return _now_and_then(self.every, lambda state: _below("misfit", problem.misfit(state.x), level))


@dataclass(frozen=True)
class Either(Stop):
    """One of two rules holds."""

    first: Annotated[Stop, "one rule"] = Steps()
    second: Annotated[Stop, "the other rule"] = Gap()

    def begin(self, problem: Problem, algorithm: Algorithm) -> Rule:
        rules = [rule.begin(problem, algorithm) for rule in (self.first, self.second)]

        def either(state: State) -> str:
            held = [rule(state) for rule in rules]  # all are asked: each has to see its states
            return next(filter(None, held), "")

        return either


@dataclass(frozen=True)
class Both(Stop):
    """Two rules hold at one state."""

    first: Annotated[Stop, "one rule"] = Steps()
    second: Annotated[Stop, "the other rule"] = Gap()

    def begin(self, problem: Problem, algorithm: Algorithm) -> Rule:
        rules = [rule.begin(problem, algorithm) for rule in (self.first, self.second)]

        def both(state: State) -> str:
            held = [rule(state) for rule in rules]
            return " and ".join(held) if all(held) else ""

        return both


def _now_and_then(every: int, rule: Rule) -> Rule:
    """The answer of the last look, taken at every `every`-th state."""
    held = [""]

    def look(state: State) -> str:
        if state.k % every == 0:
            with torch.no_grad():
                held[0] = rule(state)
        return held[0]

    return look


def _below(what: str, values: Tensor, limit: float | Tensor) -> str:
    """That the values of all items of the batch are at most the limit, in words; empty where one is above."""
    if not bool((values <= limit).all()):
        return ""
    return f"{what} {float(values.max()):.3g} <= {float(torch.as_tensor(limit).max()):g}"


_SIMPLE = {rule.__name__.lower(): rule for rule in (Steps, Seconds, Gap, Residual, Change, Discrepancy)}


def parse(text: str) -> Stop:
    """A rule as typed on a command line: "gap=1e-6,seconds=10" for either, "gap=1e-4&change=1e-5" for both."""
    if "," in text:
        first, _, rest = text.partition(",")
        return parse(first) | parse(rest)
    if "&" in text:
        first, _, rest = text.partition("&")
        return parse(first) & parse(rest)
    name, equals, value = (part.strip() for part in text.partition("="))
    if name not in _SIMPLE or not equals:
        known = ", ".join(f"{n}={as_text(parameters(c)[0].default)}" for n, c in _SIMPLE.items())
        raise Refusal("a stopping rule", repr(text), f"join some of these with , for either or & for both: {known}")
    rule = _SIMPLE[name]
    first = parameters(rule)[0]
    return rule(**{first.name: first.parse(value, rule.__name__)})


__all__ = ["Both", "Change", "Discrepancy", "Either", "Gap", "Residual", "Seconds", "Steps", "Stop", "parse"]
