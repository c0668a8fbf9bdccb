"""Metropolis with proposals that leave a Gaussian prior as it is."""

from dataclasses import dataclass, field, replace
from typing import Annotated

import torch
from torch import Tensor

from workbench.algorithms.base import Algorithm, Constants, Needs
from workbench.algorithms.chains.chain import ChainState, metropolis
from workbench.noise import Likelihood
from workbench.parameters import Range
from workbench.priors import Can
from workbench.problem import Problem
from workbench.tensors import Each, each_of, first_stream, larger, least, norm2, spread, times

_DRAWS = 16  # of the prior, to see how much of it the data see
_AIM = 1.0  # standard deviations of the log likelihood that a proposal moves


@dataclass(frozen=True)
class CrankNicolsonConstants(Constants):
    """How far the log likelihood moves over the prior, squared."""

    seen: Each = field(kw_only=True)


@dataclass(frozen=True)
class CrankNicolsonState(ChainState):
    """A chain by the misfit."""

    measured: CrankNicolsonConstants = field(kw_only=True)


@dataclass(frozen=True)
class PreconditionedCrankNicolson(Algorithm[CrankNicolsonState]):
    """x' = m + sqrt(1 - beta^2) (x - m) + beta (s - m), s drawn from the prior; taken by the likelihood alone: pCN.

    Exact for every beta and as good on fine grids as on coarse ones, since the prior N(m, C) is left as it is. Without
    gradients. beta, when none is given, moves the log likelihood by about one.
    Cotter et al. 2013, doi 10.1214/13-STS421.
    """

    formula = r"x' = m + \sqrt{1 - \beta^2}\, (x - m) + \beta (s - m), \quad s \sim p(x)"

    beta: Annotated[float | None, Range(1e-3, 1, log=True, limits=(0, 1)), "share of new noise in a proposal"] = None

    restarts = True
    needs = Needs(prior=Can.SAMPLE | Can.QUADRATIC, noise=Likelihood.LIPSCHITZ)
    random = wanders = True

    def start(self, problem: Problem) -> Tensor:
        """As others do where A is linear; else the mean of the prior, for which A has only to be evaluated."""
        return problem.start() if problem.operator.linear else problem.prior.centre(problem.zeros())

    def measure(self, problem: Problem) -> CrankNicolsonConstants:
        # In the first format: beta follows from these draws, and the chains that were saved from it.
        rngs = (first_stream(0, "pCN's draws of the prior", k, problem.y.device) for k in range(_DRAWS))
        draws = [problem.prior.sample(problem.zeros()[:1], rng) for rng in rngs]
        centre = problem.prior.centre(draws[0])
        clean = problem.operator(centre)
        seen = torch.cat([norm2(problem.operator(draw) - clean) for draw in draws]).mean()
        bends = [problem.noise.lipschitz(y) for y in problem.y.split(1)]
        return CrankNicolsonConstants(seen=float(seen) * each_of(torch.tensor(bends, dtype=torch.float64)))

    def init(self, problem: Problem, x: Tensor, rng: torch.Generator) -> CrankNicolsonState:
        value = problem.misfit(x)
        return CrankNicolsonState(x, measured=self.measure(problem), value=value, acceptance=torch.zeros_like(value))

    def step(self, problem: Problem, state: CrankNicolsonState, rng: torch.Generator) -> CrankNicolsonState:
        x, beta = state.x, self._beta(state)
        centre = problem.prior.centre(x)
        kept, fresh = x - centre, problem.prior.sample(x, rng) - centre
        new = centre + times((1 - beta**2) ** 0.5, kept) + times(beta, fresh)
        misfit = problem.misfit(new)
        taken = metropolis(state.value - misfit, rng)
        kept, value = torch.where(spread(taken, x), new, x), torch.where(taken, misfit, state.value)
        rate = state.counted(taken)
        return replace(state, x=kept, value=value, acceptance=rate, age=state.age + 1, k=state.k + 1)

    def current_step(self, state: CrankNicolsonState) -> float | None:
        return least(self._beta(state))

    def _beta(self, state: CrankNicolsonState) -> Each:
        return _AIM / larger(state.measured.seen, _AIM**2) ** 0.5 if self.beta is None else self.beta
