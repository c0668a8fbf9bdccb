"""What looks at a recipe share that hold its network against what there was to learn."""

from collections.abc import Callable
from typing import ClassVar

from workbench.app.laboratory.base import LabPlot
from workbench.app.laboratory.recipe_run import RecipeRun
from workbench.app.laboratory.trainings import Running
from workbench.denoisers import ImageNetwork
from workbench.recipes import TrainingTask


class BesideTruthPlot(LabPlot):
    """Of a recipe for whose network and task `unmet`, a sentence, is empty."""

    reads = RecipeRun
    unmet: ClassVar[Callable[[ImageNetwork, TrainingTask], str]]

    @classmethod
    def fits(cls, run: Running) -> bool:
        return isinstance(run, RecipeRun) and not cls.unmet(run.recipe.network, run.recipe.task)

    @property
    def recipe_run(self) -> RecipeRun | None:
        """The recipe that goes, where it fits."""
        run = self.laboratory.run
        return run if isinstance(run, RecipeRun) and self.fits(run) else None
