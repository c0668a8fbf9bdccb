"""Parameters of a problem learned from pictures whose truth is known: losses of minimisers and their gradients."""

from workbench.tuning.hypergradients.curvature import outer_curvature
from workbench.tuning.hypergradients.gradients import Hypergradient, ImplicitCG, ImplicitNeumann, UnrolledSteps
from workbench.tuning.hypergradients.held_out import HeldOut, LowerSolution, OuterGradient, squared_error
from workbench.tuning.hypergradients.hyperparameters import (
    ExpertFilters,
    Hyperparameter,
    LogWeight,
    StepLength,
    WeightMap,
)
from workbench.tuning.hypergradients.learners import HOAG, MAID, LearnedParameters, Learner, OuterStep

__all__ = [
    "HOAG",
    "MAID",
    "ExpertFilters",
    "HeldOut",
    "Hypergradient",
    "Hyperparameter",
    "ImplicitCG",
    "ImplicitNeumann",
    "LearnedParameters",
    "Learner",
    "LogWeight",
    "LowerSolution",
    "OuterGradient",
    "OuterStep",
    "StepLength",
    "UnrolledSteps",
    "WeightMap",
    "outer_curvature",
    "squared_error",
]
