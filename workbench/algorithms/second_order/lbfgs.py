"""The limited-memory method of Broyden, Fletcher, Goldfarb and Shanno."""

from dataclasses import dataclass, field, replace
from typing import Annotated

import torch
from torch import Tensor

from workbench.algorithms.second_order.descent import Descent, DescentState, begun, cauchy, downhill, moved, wolfe
from workbench.linalg import ratio
from workbench.parameters import Range
from workbench.problem import Problem
from workbench.tensors import dot, norm2, spread


@dataclass(frozen=True)
class LBFGSState(DescentState):
    """The last steps and what each changed of the gradient, oldest first, (n, B, ...)."""

    steps: Tensor = field(kw_only=True)
    changes: Tensor = field(kw_only=True)


@dataclass(frozen=True)
class LBFGS(Descent[LBFGSState]):
    """x <- x - t H grad objective(x): H an inverse Hessian made of the last steps, t from a line of Armijo and Wolfe.

    H by the two-loop recursion, from (s y / y y) times the identity. The objective falls at every step; on a convex
    one that bends everywhere the rate is linear. Needs no norms; A may be nonlinear. Liu & Nocedal 1989,
    doi 10.1007/BF01589116.
    """

    formula = r"x \gets x - t\, H_m \nabla F(x), \quad H_m \text{ of the last } m \text{ steps}"

    memory: Annotated[int, Range(1, 50, log=True, limits=(1, 500)), "steps that are remembered"] = 10

    def init(self, problem: Problem, x: Tensor, rng: torch.Generator) -> LBFGSState:
        none = x.new_zeros((0, *x.shape))
        return LBFGSState(**vars(begun(problem, x)), steps=none, changes=none)

    def step(self, problem: Problem, state: LBFGSState, rng: torch.Generator) -> LBFGSState:
        steps, changes, g = state.steps[-self.memory :], state.changes[-self.memory :], state.slope
        first = torch.ones_like(state.value)
        if len(steps):
            p = downhill(-_two_loops(steps, changes, g), g)
        else:
            p, first = -g, cauchy(problem, state.x, g)
        t = wolfe(problem, state, p, first)
        after = moved(problem, state, state.x + spread(t, p) * p)
        steps = torch.cat([steps, (after.x - state.x)[None]])
        return replace(after, steps=steps, changes=torch.cat([changes, (after.slope - g)[None]]))


def _two_loops(steps: Tensor, changes: Tensor, g: Tensor) -> Tensor:
    """H g; a pair (s, y) with s y <= 0 counts for nothing."""
    bends = [dot(s, y) for s, y in zip(steps, changes, strict=True)]
    pairs = [(s, y, ratio(torch.ones_like(b), b)) for s, y, b in zip(steps, changes, bends, strict=True)]
    alphas = []
    for s, y, rho in reversed(pairs):
        alphas.append(rho * dot(s, g))
        g = g - spread(alphas[-1], g) * y
    s, y, rho = pairs[-1]
    scale = torch.where(rho > 0, ratio(dot(s, y), norm2(y)), 1)
    g = spread(scale, g) * g
    for (s, y, rho), alpha in zip(pairs, reversed(alphas), strict=True):
        g = g + spread(alpha - rho * dot(y, g), g) * s
    return g
