"""How our networks were trained: pictures, training tasks, and recipes that `workbench train` repeats."""

from typing import TYPE_CHECKING

from workbench.parameters import renamed
from workbench.recipes.beside_truth import (
    ScoreBeside,
    prior_beside,
    prior_unmet,
    score_beside,
    score_unmet,
)
from workbench.recipes.cards import card, finish
from workbench.recipes.course import Course, CoursePoint
from workbench.recipes.encoding import Encoding
from workbench.recipes.fit import Answers, Fit, FitState, answers, network_of
from workbench.recipes.handwritten_digits import HandwrittenDigits
from workbench.recipes.laplacian import Laplacian
from workbench.recipes.photographs import Photographs
from workbench.recipes.pictures import HELD_OUT, Pictures, luminance
from workbench.recipes.prior_samples import PriorSamples
from workbench.recipes.proximal_matching import ProximalMatching
from workbench.recipes.recipes import RECIPES, Recipe
from workbench.recipes.super_resolving import SuperResolving
from workbench.recipes.training_task import Batch, DenoisingTask, Moment, TrainingTask
from workbench.recipes.unrolling import Unrolling

__all__ = [
    "HELD_OUT",
    "RECIPES",
    "Answers",
    "Batch",
    "Course",
    "CoursePoint",
    "DenoisingTask",
    "Encoding",
    "Fit",
    "FitState",
    "HandwrittenDigits",
    "Laplacian",
    "Moment",
    "Photographs",
    "Pictures",
    "PriorSamples",
    "ProximalMatching",
    "Recipe",
    "ScoreBeside",
    "SuperResolving",
    "TrainingTask",
    "Unrolling",
    "answers",
    "card",
    "finish",
    "luminance",
    "network_of",
    "prior_beside",
    "prior_unmet",
    "score_beside",
    "score_unmet",
]

if not TYPE_CHECKING:
    __getattr__ = renamed.exports(__name__)
