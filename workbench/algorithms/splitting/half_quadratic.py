"""Half-quadratic splitting: alternating minimisation under a growing penalty."""

from dataclasses import dataclass, field, replace
from typing import Annotated

import torch
from torch import Tensor

from workbench.algorithms.base import Algorithm, Needs, State
from workbench.algorithms.splitting.admm import Penalty
from workbench.algorithms.steps.misfit_prox import penalised
from workbench.algorithms.steps.scales import SplitScales, split_scales
from workbench.noise import Likelihood
from workbench.operators import Identity
from workbench.parameters import Range
from workbench.priors import Can
from workbench.problem import Problem
from workbench.tensors import Each, each, least, spread


@dataclass(frozen=True)
class HalfQuadraticState(State):
    """The best iterate and its objective, (B,); z near K v, v of the least squares; the penalty over the first one."""

    measured: SplitScales = field(kw_only=True)
    value: Tensor = field(kw_only=True)
    z: Tensor = field(kw_only=True)
    v: Tensor = field(kw_only=True)
    grown: Tensor = field(kw_only=True)

    @property
    def moving(self) -> Tensor:
        return self.v


@dataclass(frozen=True)
class HalfQuadraticSplitting(Algorithm[HalfQuadraticState]):
    """min misfit(x) + outer(z) + rho |K x - z|^2 / 2: x by least squares, z by a prox, rho <- growth rho up to a limit.

    At a fixed rho it ends where outer is replaced by its Moreau envelope, which lies below by O(1 / rho): close to the
    minimum, not at it. The iterate is the best x so far, where K = 1 the best z.
    Geman & Yang 1995, doi 10.1109/83.392335; Wang, Yang, Yin & Zhang 2008, doi 10.1137/080724265.
    """

    formula = r"\min_{x,z} f(x) + h(z) + \frac{\rho}{2} |Kx - z|^2, \quad \rho \gets \text{growth}\, \rho"

    rho: Penalty = None
    growth: Annotated[float, Range(1, 2, limits=(1, 10)), "factor of the penalty in each step"] = 1.05
    limit: Annotated[float, Range(1, 1e5, log=True, limits=(1, 1e9)), "largest penalty, in units of the first"] = 1e3
    inner: Annotated[int, Range(1, 50, log=True), "conjugate gradients a step"] = 10

    restarts = True
    needs = Needs(prior=Can.SPLIT, noise=Likelihood.QUADRATIC | Likelihood.PROX, linear=True, white=True)
    exact = False

    def measure(self, problem: Problem) -> SplitScales:
        return split_scales(problem)

    def init(self, problem: Problem, x: Tensor, rng: torch.Generator) -> HalfQuadraticState:
        z = problem.prior.linear(problem.operator.in_shape)(x)
        value, one = problem.objective(x), torch.ones((), dtype=torch.float64)
        return HalfQuadraticState(x, measured=self.measure(problem), value=value, z=z, v=x, grown=one)

    def step(self, problem: Problem, state: HalfQuadraticState, rng: torch.Generator) -> HalfQuadraticState:
        K, rho = problem.prior.linear(problem.operator.in_shape), self._rho(state)
        weight = rho / problem.noise.lipschitz(problem.y)
        v = penalised(problem, state.v, (problem.y, state.z), weight, self.inner)
        z = each(problem.prior.outer.prox, 1 / rho, K(v))
        grown = (state.grown * self.growth).clamp_max(self.limit)
        new = z if isinstance(K, Identity) else v
        value = problem.objective(new)
        x = torch.where(spread(value <= state.value, new), new, state.x)
        return replace(state, x=x, value=value.minimum(state.value), z=z, v=v, grown=grown, k=state.k + 1)

    def current_step(self, state: HalfQuadraticState) -> float | None:
        """rho, which grows."""
        return least(self._rho(state))

    def _rho(self, state: HalfQuadraticState) -> Each:
        """The first, 2 / (step |K|^2) from the step of PDHG, times what it has grown by."""
        measured = state.measured
        first = 2 / (measured.step * measured.linear**2) if self.rho is None else self.rho
        return first * float(state.grown)
