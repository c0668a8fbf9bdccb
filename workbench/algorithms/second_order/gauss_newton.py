"""Gauss-Newton steps that are solved exactly in the space of the data."""

from dataclasses import dataclass

import torch
from torch import Tensor

from workbench.algorithms.base import Needs
from workbench.algorithms.krylov.least_squares import unweighted
from workbench.algorithms.second_order.descent import Descent, DescentState, armijo, begun, downhill, moved
from workbench.linalg import solve_data
from workbench.noise import Likelihood
from workbench.operators import Identity
from workbench.priors import Can
from workbench.problem import Problem
from workbench.tensors import spread

_EXACT = 1e-10


@dataclass(frozen=True)
class GaussNewton(Descent[DescentState]):
    """x <- x + t (z - x), z = J* (J J* + c)^-1 (y - A(x) + J x), c = weight sigma^2: the linear problem at x, solved.

    Duncan and Guttman's and Woodbury's form in the space of the data: closed where J has `data_inverse`, one step where
    A is linear. t by halving, so that the objective falls at every step; quadratic near a minimum that explains the
    data. Duncan & Horn 1972, doi 10.1080/01621459.1972.10481299.
    """

    formula = r"x \gets x + t (z - x), \quad z = J^*(JJ^* + c)^{-1}(y - A(x) + Jx)"

    needs = Needs(
        prior=Can.QUADRATIC | Can.SPLIT | Can.GRAD | Can.HVP,
        noise=Likelihood.QUADRATIC | Likelihood.GRAD | Likelihood.LIPSCHITZ,
    )

    def lacks(self, problem: Problem) -> str:
        missing = super().lacks(problem) or unweighted(problem)
        if missing:
            return missing
        white = isinstance(problem.prior.linear(problem.operator.in_shape), Identity) and problem.prior.lipschitz()
        return "" if white else f"a prior weight |x|^2 / 2 of weight > 0, which {type(problem.prior).__name__} is not"

    def init(self, problem: Problem, x: Tensor, rng: torch.Generator) -> DescentState:
        return begun(problem, x)

    def step(self, problem: Problem, state: DescentState, rng: torch.Generator) -> DescentState:
        x, J = state.x, problem.operator.at(state.x)
        c = problem.prior.lipschitz() / problem.noise.lipschitz(problem.y)
        z = J.adjoint(solve_data(J, problem.y - problem.operator(x) + J(x), c, tolerance=_EXACT))
        p = downhill(z - x, state.slope)
        return moved(problem, state, x + spread(armijo(problem, state, p), p) * p)
