"""The weight of a prior."""

import math
from dataclasses import dataclass, replace
from typing import Annotated, ClassVar

import torch
from torch import Tensor

from workbench.parameters import Range
from workbench.paths import altered, at
from workbench.priors import Can, Prior
from workbench.problem import Problem
from workbench.refusal import Refusal
from workbench.tuning.hypergradients.hyperparameters.hyperparameter import Hyperparameter
from workbench.tuning.hypergradients.scaled_prior import ScaledPrior
from workbench.tuning.scales import require_weight, usual_weight, weighed

_PROPORTIONAL = 1e-4  # of the gradient: what its parts may differ for a prior to be a weight times the rest


@dataclass(frozen=True)
class LogWeight(Hyperparameter):
    """theta = log weight of a prior, or of the one at a path inside it. Kinks are rounded off over `width`."""

    word: ClassVar[str] = "weight"

    where: Annotated[str, "the weight's path inside the prior"] = "weight"
    width: Annotated[
        float, Range(1e-4, 1, log=True, limits=(1e-9, 1e9)), "difference over which kinks are rounded off"
    ] = 0.01

    def unmet(self, problem: Problem) -> str:
        require_weight(problem.prior.given, self.where)
        try:
            rounded = problem.prior.smoothed(self.width)
        except Refusal:
            return f"{type(problem.prior).__name__} has no Hessian and no rounded form: take TotalVariation"
        x = problem.start()[:1]
        one, two = (weighed(problem.prior.given, weight, self.where) for weight in (1.0, 2.0))
        parts = [replace(problem, prior=p, truth=None).prior.smoothed(self.width).grad(x) for p in (one, two)]
        apart = (self.at(problem, torch.tensor([math.log(2.0)])).prior.grad(x) - parts[1]).norm()
        if float(apart) > _PROPORTIONAL * float(parts[1].norm()):
            return f"{type(rounded).__name__} is not its weight times the rest: add a Hyperparameter of your own"
        return ""

    def start(self, problem: Problem) -> Tensor:
        weight = usual_weight(replace(problem, y=problem.y[:1], truth=None), self.where)
        return torch.tensor([math.log(weight)], dtype=torch.float64, device=problem.y.device)

    def at(self, problem: Problem, theta: Tensor) -> Problem:
        given, (head, _, _) = weighed(problem.prior.given, 1.0, self.where), self.where.rpartition(".")
        owner = at(given, head)
        assert isinstance(owner, Prior)
        rounded = owner if Can.HVP in owner.can else owner.smoothed(self.width)
        scaled = ScaledPrior(rounded, theta.exp().reshape(()))
        return replace(problem, prior=altered(given, {head: scaled}, ()) if head else scaled)

    def learned(self, problem: Problem, theta: Tensor) -> Prior:
        return weighed(problem.prior.given, float(theta.detach().exp()), self.where)
