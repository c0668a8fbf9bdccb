"""Figures: a run whole, and what a member of the catalogue does to a signal. Matplotlib is imported late."""

from workbench.figures.blocks_figure import blocks_figure
from workbench.figures.learned_figure import curve_figure, score_figure
from workbench.figures.learning_figure import learning_figure
from workbench.figures.perturbation_figure import perturbation_figure
from workbench.figures.preview import Preview, preview
from workbench.figures.run_figure import Format, png, render
from workbench.figures.tuning_figure import tuning_figure

__all__ = [
    "Format",
    "Preview",
    "blocks_figure",
    "curve_figure",
    "learning_figure",
    "perturbation_figure",
    "png",
    "preview",
    "render",
    "score_figure",
    "tuning_figure",
]
