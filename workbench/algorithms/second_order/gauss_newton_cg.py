"""Gauss and Newton's method along a line, its model solved by conjugate gradients."""

from dataclasses import dataclass

import torch
from torch import Tensor

from workbench.algorithms.second_order.descent import Descent, DescentState, armijo, begun, downhill, moved
from workbench.algorithms.second_order.truncated import CURVED, Inner, truncated
from workbench.problem import Problem
from workbench.tensors import spread


@dataclass(frozen=True)
class GaussNewtonCG(Descent[DescentState]):
    """x <- x + t p, G p = -grad objective(x), G = J* nll'' J + H_prior: the Hessian without the bend of A.

    p by conjugate gradients, the more exact the smaller the gradient; t by halving, so that the objective falls at
    every step. Quadratic near a minimum that explains the data, superlinear where A is linear. Nocedal & Wright 2006,
    doi 10.1007/978-0-387-40065-5, section 7.1.
    """

    formula = r"x \gets x + t p, \quad G p = -\nabla F(x), \quad G = J^* \ell'' J + H_g"

    inner: Inner = 4

    needs = CURVED

    def init(self, problem: Problem, x: Tensor, rng: torch.Generator) -> DescentState:
        return begun(problem, x)

    def step(self, problem: Problem, state: DescentState, rng: torch.Generator) -> DescentState:
        far = torch.full_like(state.value, torch.inf)
        p = downhill(truncated(problem.gauss_newton(state.x), state, far, self.inner), state.slope)
        return moved(problem, state, state.x + spread(armijo(problem, state, p), p) * p)
