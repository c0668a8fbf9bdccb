"""Newton's method held back by the gradient."""

from dataclasses import dataclass, replace

import torch
from torch import Tensor

from workbench.algorithms.second_order.cubic_newton import DOWN, GOOD, UP, CubicNewtonState, held_back
from workbench.algorithms.second_order.descent import Descent, tried
from workbench.algorithms.second_order.krylov_model import Size, modelled, spanned
from workbench.algorithms.second_order.truncated import CURVED
from workbench.linalg import ratio
from workbench.problem import Problem
from workbench.tensors import norm


@dataclass(frozen=True)
class RegularisedNewton(Descent[CubicNewtonState]):
    """x <- x - (H + lambda)^-1 grad objective(x), lambda = sqrt(M |grad objective(x)|), H the true Hessian.

    Where H bends down, lambda grows by as much; M follows the objective, which never rises. On a convex objective the
    rate is O(1 / k^2), and quadratic at the end. Solved on a Krylov space. Mishchenko 2023, doi 10.1137/22M1488752;
    Doikov & Nesterov 2024, doi 10.1007/s10107-023-01943-7.
    """

    formula = r"x \gets x - (H + \lambda)^{-1} \nabla F(x), \quad \lambda = \sqrt{M |\nabla F(x)|}"

    size: Size = 20

    needs = CURVED

    def init(self, problem: Problem, x: Tensor, rng: torch.Generator) -> CubicNewtonState:
        return held_back(problem, x)

    def step(self, problem: Problem, state: CubicNewtonState, rng: torch.Generator) -> CubicNewtonState:
        model = modelled(spanned(problem.hessian(state.x), (state.slope,), self.size), state.slope)
        shift = (state.bound * norm(state.slope)).sqrt() + (-2 * model.values[:, 0]).clamp_min(0)
        u = -ratio(model.slope, model.values + shift[:, None])
        after, judged = tried(problem, state, model.lift(u, state.x), model.promised(u))
        bound = torch.where(judged.gain > GOOD, DOWN * state.bound, state.bound)
        return replace(after, bound=torch.where(judged.taken, bound, UP * state.bound), anchor=state.x)
