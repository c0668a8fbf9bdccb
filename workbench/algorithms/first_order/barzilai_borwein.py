"""Barzilai's and Borwein's steps."""

from dataclasses import dataclass, field, replace
from typing import Annotated, Literal

import torch
from torch import Tensor

from workbench.algorithms.first_order.line_search_descent import Decrease, LineSearchDescent
from workbench.algorithms.steps.line_search import LineSearchState, Point, Rule, search
from workbench.parameters import Range
from workbench.problem import Problem
from workbench.tensors import dot, norm2


@dataclass(frozen=True)
class BarzilaiBorweinState(LineSearchState):
    """The objectives of the last iterates besides, (B, memory)."""

    recent: Tensor = field(kw_only=True)


@dataclass(frozen=True)
class BarzilaiBorwein(LineSearchDescent[BarzilaiBorweinState]):
    """x <- x - step grad objective(x), step = <s, s> / <s, z> (long) or <s, z> / <z, z> (short), s and z the last
    changes of x and of the gradient.

    Shortened until the objective is below the largest of the last `memory`: it may rise, never above its start, and
    the gradient goes to 0. Barzilai & Borwein 1988, doi 10.1093/imanum/8.1.141; Raydan 1997, doi
    10.1137/S1052623494266365.
    """

    formula = (
        r"x \gets x - \tau \nabla F(x), \quad \tau = \frac{\langle s, s\rangle}{\langle s, z\rangle} \text{ "
        r"or } \frac{\langle s, z\rangle}{\langle z, z\rangle}"
    )

    rule: Annotated[Literal["long", "short", "alternate"], "which of the two steps"] = "alternate"
    memory: Annotated[int, Range(1, 20, limits=(1, 1000)), "objectives to stay below the largest of"] = 10
    decrease: Decrease = 1e-4

    def begin(self, state: LineSearchState) -> BarzilaiBorweinState:
        return BarzilaiBorweinState(**vars(state), recent=state.value[:, None])

    def step(self, problem: Problem, state: BarzilaiBorweinState, rng: torch.Generator) -> BarzilaiBorweinState:
        ceiling = state.recent[:, -self.memory :].amax(1)
        new, step = search(problem, state, -state.slope, Rule(self.decrease), ceiling)
        recent = torch.cat([state.recent, new.value[:, None]], 1)[:, -self.memory :]
        step = torch.where(step > 0, self._next(state, new, step), state.step)
        return replace(state, **new._asdict(), step=step, recent=recent, k=state.k + 1)

    def _next(self, state: LineSearchState, new: Point, step: Tensor) -> Tensor:
        s, z = new.x - state.x, new.slope - state.slope
        sz = dot(s, z)
        long, short = norm2(s) / sz, sz / norm2(z)
        found = long if self.rule == "long" or (self.rule == "alternate" and state.k % 2 == 0) else short
        return torch.where((sz > 0) & found.isfinite() & (found > 0), found, 2 * step)
