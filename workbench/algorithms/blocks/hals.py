"""Exact steps in one column of a factor after the other."""

from dataclasses import dataclass, replace
from typing import Annotated

import torch
from torch import Tensor

from workbench.algorithms.base import Algorithm, Needs, State, white
from workbench.kernels import non_negative
from workbench.noise import Likelihood
from workbench.operators import Identity
from workbench.parameters import Range
from workbench.parametrisations import LowRank
from workbench.priors import NonNegative, OnUnknown
from workbench.problem import Problem

_NONE = "a prior OnUnknown(NonNegative()) on both factors"


@dataclass(frozen=True)
class HALS(Algorithm[State]):
    """U_k <- max(0, U_k + (y V - U V^T V)_k / |V_k|^2) for each column k in turn, V_k likewise; x = U V^T >= 0.

    Each column is the best one, the others held; one whose partner is 0 stays. Several sweeps share one product with
    the data, which costs most. The objective falls at every step.
    Cichocki, Zdunek, Amari 2007, doi 10.1007/978-3-540-74494-8_22; Gillis, Glineur 2012, doi 10.1162/NECO_a_00256.
    """

    formula = r"U_k \gets \max(0, U_k + (y V - U V^\top V)_k / |V_k|^2)"

    sweeps: Annotated[int, Range(1, 20, log=True, limits=(1, 1000)), "over a factor for each product with the data"] = 8

    needs = Needs(
        noise=Likelihood.QUADRATIC | Likelihood.GRAD,
        also=("two factors, as LowRank has them", "the picture itself as data", _NONE),
    )

    def lacks(self, problem: Problem) -> str:
        if not isinstance(problem.parametrisation, LowRank):
            return f"two factors, as LowRank has them, which {type(problem.parametrisation).__name__} is not"
        if missing := super().lacks(problem):
            return missing
        if not isinstance(problem.given_operator, Identity) or not white(problem):
            return f"the picture itself as data, with white noise, not through {type(problem.given_operator).__name__}"
        prior = problem.prior.given
        inside = isinstance(prior, OnUnknown) and isinstance(prior.prior, NonNegative) and not prior.block
        return "" if inside else f"{_NONE}, not {type(prior).__name__}"

    def init(self, problem: Problem, x: Tensor, rng: torch.Generator) -> State:
        return State(problem.prior.feasible(x))

    def step(self, problem: Problem, state: State, rng: torch.Generator) -> State:
        phi, y = problem.parametrisation, problem.y
        views = phi.views(state.x)
        left, right = views["left"], views["right"]
        left = non_negative.swept(left, right.mT @ right, y @ right, self.sweeps)
        right = non_negative.swept(right, left.mT @ left, y.mT @ left, self.sweeps)
        return replace(state, x=phi.joined({"left": left, "right": right}), k=state.k + 1)
