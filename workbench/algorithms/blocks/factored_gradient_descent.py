"""Gradient descent on two factors."""

from dataclasses import dataclass, replace
from typing import Annotated

import torch
from torch import Tensor

from workbench.algorithms.first_order.line_search_descent import LineSearchDescent
from workbench.algorithms.steps.line_search import LineSearchState, Rule, evaluate, search
from workbench.parametrisations import LowRank
from workbench.problem import Problem
from workbench.tensors import real_of, spread

_DECREASE, _CURVATURE = 0.1, 0.5
_RIDGE = 1e-12  # of the trace of a Gram matrix: what a factor that has lost a column is divided by


@dataclass(frozen=True)
class FactoredGradientDescent(LineSearchDescent[LineSearchState]):
    """U <- U - t grad_U F (V*V)^-1, V <- V - t grad_V F (U*U)^-1 for x = U V^T, the step by a line search.

    The objective falls at every step. With the factors' Gram matrices ("scaled") the rate does not suffer from the
    condition of x; without, it is plain gradient descent. "balanced" brings both factors to equal size after each step,
    which leaves x as it is. A rank above the true one makes the plain form sublinear, about F ~ 1 / k^2.
    Tong, Ma, Chi 2021, doi 10.48550/arXiv.2005.08898; Zhuo et al. 2021, doi 10.48550/arXiv.2102.02756.
    """

    formula = r"U \gets U - \tau \nabla_U F \, (V^* V)^{-1}, \quad V \gets V - \tau \nabla_V F \, (U^* U)^{-1}"

    scaled: Annotated[bool, "whether gradients are divided by the Gram matrix of the other factor"] = True
    balanced: Annotated[bool, "whether both factors are kept of equal size"] = True

    needs = replace(LineSearchDescent.needs, also=("two factors, as LowRank has them",))

    def lacks(self, problem: Problem) -> str:
        if not isinstance(problem.parametrisation, LowRank):
            return f"two factors, as LowRank has them, which {type(problem.parametrisation).__name__} is not"
        return super().lacks(problem)

    def begin(self, state: LineSearchState) -> LineSearchState:
        return state

    def step(self, problem: Problem, state: LineSearchState, rng: torch.Generator) -> LineSearchState:
        direction = -_scaled(problem, state) if self.scaled else -state.slope
        new, step = search(problem, state, direction, Rule(_DECREASE, _CURVATURE))
        if self.balanced:
            even = evaluate(problem, problem.parametrisation.balanced(new.x))
            # A prior of one factor may rise by it.
            better = even.value <= new.value + 8 * torch.finfo(even.value.dtype).eps * new.value.abs()
            new = new._replace(
                x=torch.where(spread(better, new.x), even.x, new.x),
                value=torch.where(better, even.value, new.value),
                slope=torch.where(spread(better, new.x), even.slope, new.slope),
            )
        return replace(state, **new._asdict(), step=torch.where(step > 0, step, state.step), k=state.k + 1)


def _scaled(problem: Problem, state: LineSearchState) -> Tensor:
    """The gradient of each factor, divided by the Gram matrix of the other."""
    phi = problem.parametrisation
    at, slope = phi.views(state.x), phi.views(state.slope)
    return phi.joined({"left": _over(slope["left"], at["right"]), "right": _over(slope["right"], at["left"])})


def _over(slope: Tensor, factor: Tensor) -> Tensor:
    """slope (factor^T conj(factor))^-1: what makes a step in the other factor one of unit bend in x."""
    gram = factor.mT @ factor.conj()
    trace = gram.diagonal(dim1=-2, dim2=-1).real.sum(-1)[..., None, None]
    ridge = (_RIDGE * trace).clamp_min(torch.finfo(real_of(factor.dtype)).tiny)
    whole = gram + ridge * torch.eye(gram.shape[-1], dtype=gram.dtype, device=gram.device)
    return torch.linalg.solve(whole, slope, left=False)
