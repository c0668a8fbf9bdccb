"""Exact steps in one column of a factor after the other."""

from dataclasses import dataclass, field
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
from workbench.tensors import dot, spread

_NONE = "a prior OnUnknown(NonNegative()) on both factors"


@dataclass(frozen=True)
class HALSState(State):
    """The iterate, |x - y|^2 - |y|^2 of each item there, where the next step begins, and steps since inertia began."""

    value: Tensor = field(kw_only=True)
    ahead: Tensor = field(kw_only=True)
    moved: Tensor = field(kw_only=True)


@dataclass(frozen=True)
class HALS(Algorithm[HALSState]):
    """U_k <- max(0, U_k + (y V - U V^T V)_k / |V_k|^2) for each column k in turn, V_k likewise; x = U V^T >= 0.

    Each column is the best one, the others held; one whose partner is 0 stays. Several sweeps share one product with
    the data, which costs most. A step begins ahead of the last factors, by up to `inertia` of their last change: half
    as many steps do. Where the objective would rise, the step is made from the factors themselves and inertia begins
    anew, so that the objective falls at every step.
    Cichocki, Zdunek, Amari 2007, doi 10.1007/978-3-540-74494-8_22; Gillis, Glineur 2012, doi 10.1162/NECO_a_00256;
    Ang, Gillis 2019, doi 10.1162/neco_a_01157.
    """

    formula = r"U_k \gets \max(0, U_k + (y V - U V^\top V)_k / |V_k|^2)"

    sweeps: Annotated[int, Range(1, 20, log=True, limits=(1, 1000)), "over a factor for each product with the data"] = 8

    inertia: Annotated[float, Range(0, 0.95, limits=(0, 0.999)), "of the last change, at most"] = 0.9

    restarts = True
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

    def init(self, problem: Problem, x: Tensor, rng: torch.Generator) -> HALSState:
        x = problem.prior.feasible(x)
        none = x.new_zeros(len(x))
        return HALSState(x, value=none + torch.inf, ahead=x, moved=none)

    def step(self, problem: Problem, state: HALSState, rng: torch.Generator) -> HALSState:
        x, value = self._swept(problem, state.ahead)
        rose = value > state.value
        if bool(rose.any()):
            again = self._swept(problem, state.x)
            x, value = (torch.where(spread(rose, old), new, old) for old, new in zip((x, value), again, strict=True))
        share = torch.where(rose, 0, self.inertia * state.moved / (state.moved + 1))
        ahead = (x + spread(share, x) * (x - state.x)).clamp_min(0)
        moved = torch.where(rose, 0, state.moved + 1)
        return HALSState(x, state.k + 1, state.measured, value=value, ahead=ahead, moved=moved)

    def _swept(self, problem: Problem, x: Tensor) -> tuple[Tensor, Tensor]:
        """Both factors after their sweeps, and |x - y|^2 - |y|^2 there from the products at hand."""
        phi, y = problem.parametrisation, problem.y
        views = phi.views(x)
        left, right = views["left"], views["right"]
        left = non_negative.swept(left, right.mT @ right, y @ right, self.sweeps)
        gram, product = left.mT @ left, y.mT @ left
        right = non_negative.swept(right, gram, product, self.sweeps)
        value = dot(gram, right.mT @ right) - 2 * dot(right, product)
        return phi.joined({"left": left, "right": right}), value
