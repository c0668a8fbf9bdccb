"""How our networks were trained: pictures, lessons, and recipes that `workbench train` repeats."""

from workbench.recipes.cards import card, finish
from workbench.recipes.course import Course, Point
from workbench.recipes.fitting import Answers, Fit, Fitted, answers, network_of
from workbench.recipes.lessons import Batch, Denoising, Lesson, Moment
from workbench.recipes.pictures import HELD_OUT, HandwrittenDigits, Laplacian, Photographs, Pictures, luminance
from workbench.recipes.recipes import RECIPES, Recipe
from workbench.recipes.restoring import ProximalMatching, SuperResolving, Unrolling

__all__ = [
    "HELD_OUT",
    "RECIPES",
    "Answers",
    "Batch",
    "Course",
    "Denoising",
    "Fit",
    "Fitted",
    "HandwrittenDigits",
    "Laplacian",
    "Lesson",
    "Moment",
    "Photographs",
    "Pictures",
    "Point",
    "ProximalMatching",
    "Recipe",
    "SuperResolving",
    "Unrolling",
    "answers",
    "card",
    "finish",
    "luminance",
    "network_of",
]
