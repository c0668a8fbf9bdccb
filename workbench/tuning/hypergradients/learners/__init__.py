"""Descents of the outer loss whose inner solves are as accurate as they need to be."""

from workbench.tuning.hypergradients.learners.hoag import HOAG
from workbench.tuning.hypergradients.learners.learner import LearnedParameters, Learner, OuterStep
from workbench.tuning.hypergradients.learners.maid import MAID

__all__ = ["HOAG", "MAID", "LearnedParameters", "Learner", "OuterStep"]
