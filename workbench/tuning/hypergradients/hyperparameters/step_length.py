"""The length of the steps of an unrolled method."""

import math
from dataclasses import dataclass, replace
from typing import ClassVar

import torch
from torch import Tensor

from workbench.algorithms import Constants
from workbench.priors import Prior
from workbench.problem import Problem
from workbench.tuning.hypergradients.hyperparameters.hyperparameter import Hyperparameter


@dataclass(frozen=True)
class StepLength(Hyperparameter):
    """theta = log step of a gradient method that takes 1 / L: what so many steps reach, not the minimum, depends on it.

    Of gradient methods with one Lipschitz constant and no step of their own; for `UnrolledSteps` alone.
    """

    word: ClassVar[str] = "step"

    def start(self, problem: Problem) -> Tensor:
        bend = problem.lipschitz()
        most = float(bend.max()) if isinstance(bend, Tensor) else bend
        return torch.tensor(
            [-math.log(most + problem.prior.lipschitz_on(tuple(problem.shape[1:])))], dtype=torch.float64
        )

    def at(self, problem: Problem, theta: Tensor) -> Problem:
        return problem

    def learned(self, problem: Problem, theta: Tensor) -> Prior:
        return problem.prior.given

    def measured(self, found: Constants, theta: Tensor) -> Constants:
        return replace(found, lipschitz=(-theta).exp())
