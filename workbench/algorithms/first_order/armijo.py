"""Gradient descent by Armijo's rule."""

from dataclasses import dataclass, replace
from typing import Annotated

import torch

from workbench.algorithms.first_order.line_search_descent import Decrease, LineSearchDescent
from workbench.algorithms.steps.line_search import LineSearchState, Rule, search
from workbench.parameters import Range
from workbench.problem import Problem


@dataclass(frozen=True)
class ArmijoGradientDescent(LineSearchDescent[LineSearchState]):
    """x <- x - step grad objective(x), the step shortened until the objective falls by decrease step |grad|^2.

    Asks for no Lipschitz constant, linear or not, convex or not: the objective falls at every step, the gradient
    goes to 0. Each search begins at `growth` times the last step. Armijo 1966, doi 10.2140/pjm.1966.16.1.
    """

    formula = r"x \gets x - \tau \nabla F(x), \quad F(x - \tau \nabla F) \le F(x) - c\, \tau |\nabla F(x)|^2"

    decrease: Decrease = 0.1
    growth: Annotated[float, Range(1, 5, limits=(1, 100)), "first trial in units of the last step"] = 2.0

    def begin(self, state: LineSearchState) -> LineSearchState:
        return state

    def step(self, problem: Problem, state: LineSearchState, rng: torch.Generator) -> LineSearchState:
        new, step = search(problem, state, -state.slope, Rule(self.decrease))
        step = torch.where(step > 0, self.growth * step, state.step)
        return replace(state, **new._asdict(), step=step, k=state.k + 1)
