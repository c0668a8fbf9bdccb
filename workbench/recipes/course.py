"""A training that can be interrupted: its state and its curve are kept in a file until its weights are there."""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import torch

from workbench.algorithms import Constants
from workbench.parameters import describe, rebuild
from workbench.recipes.fit import FitState
from workbench.recipes.recipes import Recipe
from workbench.refusal import Refusal
from workbench.run import iterate, resume
from workbench.weights.files import packed, replace_file, unpacked

_ARRAYS = ("x", "mean", "first", "second", "loss")


class CoursePoint(NamedTuple):
    """A point of the loss curve: after k steps and some seconds, the running loss, and the held-out squared error."""

    k: int
    loss: float
    held_out: float
    seconds: float


@dataclass
class Course:
    """The training of one recipe, kept in `file` at every `every`-th step; the curve grows as the states go by."""

    recipe: Recipe
    file: Path
    every: int = 250
    curve: list[CoursePoint] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.problem = self.recipe.problem()

    def states(self, onward: bool = False) -> Iterator[FitState]:
        """The states from the start, or those that follow the one in the file."""
        fit, seed = self.recipe.fit, self.recipe.seed
        run = resume(self.problem, fit, self._kept(), seed) if onward else iterate(self.problem, fit, seed=seed)
        begin = time.process_time() - (self.curve[-1].seconds if self.curve else 0.0)
        for state in run:
            assert isinstance(state, FitState)
            if state.k % self.every == 0 or fit.done(state):
                self._keep(state, time.process_time() - begin)
            yield state

    def _keep(self, state: FitState, seconds: float) -> None:
        with torch.no_grad():
            held_out = float(self.problem.misfit(state.mean))
        self.curve.append(CoursePoint(state.k, float(state.loss), held_out, seconds))
        words = {"k": str(state.k), "curve": json.dumps(self.curve), "recipe": json.dumps(describe(self.recipe))}
        replace_file(self.file, packed({name: getattr(state, name) for name in _ARRAYS}, words))

    def _kept(self) -> FitState:
        if not self.file.is_file():
            raise Refusal("a training to resume", f"no file {self.file}", "start it without --resume")
        arrays, words = unpacked(self.file.read_bytes(), self.file.name)
        if describe(rebuild(json.loads(words.get("recipe", "null")))) != describe(self.recipe):
            came, remedy = f"another recipe in {self.file}", "resume it as it was started, or start anew"
            raise Refusal("the training of this recipe", came, remedy)
        self.curve = [CoursePoint(*numbers) for numbers in json.loads(words["curve"])]
        x, rest = arrays["x"], {name: arrays[name] for name in _ARRAYS[1:]}
        return FitState(x, int(words["k"]), Constants(), **rest)
