"""The subgradient method with steps that shorten geometrically."""

from dataclasses import dataclass, replace
from typing import Annotated

import torch

from workbench.algorithms.base import Algorithm, Needs
from workbench.algorithms.first_order.subgradient import SubGradientConstants, SubGradientState, subgradient_constants
from workbench.noise import Likelihood
from workbench.parameters import Range
from workbench.parametrisations import Direct
from workbench.priors import Can
from workbench.problem import Problem
from workbench.refusal import Refusal
from workbench.tensors import column, norm, spread


@dataclass(frozen=True)
class GeometricSubGradient(Algorithm[SubGradientState]):
    """u <- P(u - length decay^k g / |g|), g a subgradient of the objective of an unknown that is not the picture.

    For gross errors: with Laplace noise the objective of two factors is sharp, and near the truth each step is nearer
    by the same factor. The best so far is shown. Priors with edges give a subgradient at their prox, P is
    onto their constraint.
    Li, Zhu, So, Vidal 2020, doi 10.48550/arXiv.1809.09237; Charisopoulos et al. 2021, doi 10.48550/arXiv.1904.10020.
    """

    formula = r"u \gets P\left(u - \text{length} \, q^k \frac{g}{|g|}\right), \quad g \in \partial F(u)"

    reach: Annotated[
        float, Range(1e-2, 10, log=True, limits=(1e-9, 1e3)), "first length, in units of the length of the start"
    ] = 1.0
    decay: Annotated[float, Range(0.8, 0.999, limits=(1e-3, 1)), "a length over the one before"] = 0.98

    exact = False
    restarts = True
    needs = Needs(
        prior=Can.VALUE,
        noise=Likelihood.CONVEX,
        also=("a gradient of the prior, or a prox after a linear map", "a parametrisation other than Direct"),
    )

    def lacks(self, problem: Problem) -> str:
        if isinstance(problem.parametrisation, Direct):
            return "an unknown that is not the picture, as LowRank has one"
        return super().lacks(problem) or ("" if problem.prior.sloped else "a subgradient of the prior")

    def measure(self, problem: Problem) -> SubGradientConstants:
        return subgradient_constants(problem)

    def init(self, problem: Problem, x: torch.Tensor, rng: torch.Generator) -> SubGradientState:
        u = problem.prior.feasible(x)
        value = problem.objective(u)
        if not bool(value.isfinite().all()):
            wanted = "a start of finite objective, whose subgradients lead down"
            remedy = "give one inside the constraint, or put the prior on the unknown, as OnUnknown does"
            raise Refusal(wanted, "one outside a constraint on the picture", remedy)
        return SubGradientState(u, measured=self.measure(problem), value=value, current=u)

    def step(self, problem: Problem, state: SubGradientState, rng: torch.Generator) -> SubGradientState:
        u, share = state.current, self.decay**state.k
        slope = problem.misfit_grad(u) + problem.prior.subgradient(u, state.measured.curvature / share)
        size = norm(slope)
        length = self.reach * share * column(state.measured.length, u)
        u = problem.prior.feasible(u - spread(torch.where(size > 0, length / size, 0 * size), u) * slope)
        value = problem.objective(u)
        best = torch.where(spread(value <= state.value, u), u, state.x)
        return replace(state, x=best, value=value.minimum(state.value), current=u, k=state.k + 1)
