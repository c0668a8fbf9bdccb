"""Independent samples of a Gaussian posterior: perturb what explains the data, then optimise."""

from dataclasses import dataclass, replace
from typing import Annotated

import torch
from torch import Tensor

from workbench.algorithms.base import Algorithm, Needs, State
from workbench.linalg import cg
from workbench.noise import Likelihood
from workbench.parameters import Range
from workbench.priors import Can, Prior, Tikhonov
from workbench.problem import Problem
from workbench.tensors import normal_like


@dataclass(frozen=True)
class PerturbOptimise(Algorithm[State]):
    """Solves H x = A* W (y + e) + P s, e drawn from the noise and s from the prior: x ~ N(H^-1 A* W y + ..., H^-1).

    H = A* W A + P is the Hessian of the objective. Every step is a new independent sample, exact but for the tolerance
    of conjugate gradients: any linear operator, Gaussian noise and a prior that can be drawn from, or weight |K x|^2.
    Papandreou & Yuille 2010, NIPS 23; Orieux et al. 2012, doi 10.1109/LSP.2012.2189104.
    """

    formula = r"H x = A^* W (y + e) + P s, \quad e \sim \mathcal{N}(0, W^{-1}),\; s \sim p(x)"

    tolerance: Annotated[float, Range(1e-9, 1e-2, log=True, limits=(0, 1)), "relative residual of the solve"] = 1e-6
    solve_steps: Annotated[int, Range(10, 1000, log=True, limits=(1, 10**6)), "conjugate gradients at most"] = 300

    needs = Needs(
        prior=Can.QUADRATIC,
        noise=Likelihood.QUADRATIC | Likelihood.GRAD,
        linear=True,
        also=("a prior that can be drawn from, or weight |K x|^2 / 2",),
    )
    random = independent = True

    def lacks(self, problem: Problem) -> str:
        missing = super().lacks(problem)
        if missing or Can.SAMPLE in problem.prior.can or _weight(problem):
            return missing
        return f"a prior that can be drawn from, or weight |K x|^2 / 2, which {type(problem.prior).__name__} is not"

    def init(self, problem: Problem, x: Tensor, rng: torch.Generator) -> State:
        return State(x, 0)

    def step(self, problem: Problem, state: State, rng: torch.Generator) -> State:
        zeros = torch.zeros_like(state.x)
        other = replace(problem, y=problem.noise.sample(problem.y, rng))
        b = _pull(problem, zeros, rng) - other.misfit_grad(zeros)
        x = cg(problem.gauss_newton(zeros), b, state.x, self.tolerance, self.solve_steps)
        return replace(state, x=x, k=state.k + 1)


def _weight(problem: Problem) -> float:
    """The w > 0 of a prior w |K x|^2 / 2; 0 for another."""
    outer, _ = problem.prior.dual_split(problem.operator.in_shape)
    return outer.weight if isinstance(outer, Tikhonov) else 0.0


def _pull(problem: Problem, zeros: Tensor, rng: torch.Generator) -> Tensor:
    """P s, a normal vector of covariance P about -grad g(0)."""
    prior: Prior = problem.prior
    if Can.SAMPLE in prior.can:
        return prior.hvp(zeros, prior.sample(zeros, rng))
    outer, linear = prior.dual_split(problem.operator.in_shape)
    white = normal_like(linear(zeros), rng)
    return outer.lipschitz() ** 0.5 * linear.adjoint(white)
