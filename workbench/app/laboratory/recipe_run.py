"""A training by a recipe: its job, and what the network answered to held-out examples on the way."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from workbench import networks
from workbench.algorithms import State
from workbench.app.laboratory.trainings import Plan, Running
from workbench.jobs import Job
from workbench.live.images import Array, Limits, unit
from workbench.problem import Problem
from workbench.recipes import RECIPES, FitState, Recipe, answers, network_of
from workbench.recipes.measures import psnr
from workbench.refusal import Refusal
from workbench.weights import as_bytes

RECIPE = "recipe: "  # before the names of recipes
OFFERED = {f"{RECIPE}{name}": make for name, make in RECIPES.items()}
_COLUMNS, _GAP = 4, 2  # examples that are shown; pixels between them


class Answered:
    """A probe: the running loss, and the PSNR of answers to held-out examples in dB; it keeps some of the answers.

    They are those of the mean of the weights, which is what a training ends with.
    """

    def __init__(self, steps: int) -> None:
        self._steps = frozenset(networks.spaced_epochs(steps, networks.EPOCHS))
        self.kept: list[tuple[int, State]] = []

    def wants(self, state: State) -> bool:
        """Whether the answers of this state are kept."""
        return state.k in self._steps

    def __call__(self, problem: Problem, state: State) -> dict[str, Tensor]:
        assert isinstance(state, FitState)
        found = problem.operator(state.mean)
        if self.wants(state):
            self.kept.append((state.k, State(found, state.k)))
        error = (found - problem.y).square().mean((1, 2))
        return {"running loss": state.loss, "psnr": -10 * error.log10()}


@dataclass(frozen=True)
class ExampleRows:
    """Held-out examples as one picture, (H, W) or (H, W, 3): given, answered, true, and the PSNR of the first two.

    `limits` are those of what is true.
    """

    picture: Array
    limits: Limits
    given: float
    answered: float


class RecipeRun(Running):
    """A training by a recipe, on the CPU: the seed is that of `workbench train`, and so are the weights."""

    unit = "step"
    steps = 1

    def __init__(self, name: str, recipe: Recipe) -> None:
        self.name, self.recipe, self.length, self.planes = name, recipe, recipe.fit.steps, {}
        self.problem = recipe.problem()
        given = answers(self.problem).held_out.inputs[0]
        if sentence := recipe.network.unfit(tuple(given.shape[1:]), given.dtype):
            raise Refusal("a recipe whose network takes its examples", name, sentence)
        self.answered = Answered(self.length)
        self.job = Job(self.problem, recipe.fit, (self.answered,), self.length, recipe.seed)
        self.job.recorder.must = self.answered.wants

    @property
    def kept(self) -> list[tuple[int, State]]:
        return self.answered.kept

    @property
    def method(self) -> str:
        fit, state = self.recipe.fit, self.latest.state
        rate = "" if state is None else f" of rate {fit.rate_at(state.k):.3g}"
        return f"Adam{rate}, batches of {fit.batch}"

    def keeps(self, training: Plan) -> bool:
        if not isinstance(training, Recipe):
            return False
        mine, fits = self.recipe, (self.recipe.fit, training.fit)
        same = mine.network is training.network and mine.task == training.task and mine.seed == training.seed
        return same and fits[0].steps == fits[1].steps

    def change(self, training: Plan, label: str) -> None:
        assert isinstance(training, Recipe)
        self.recipe = training
        self.job.change(self.problem, training.fit, label)

    def rows(self, at: State) -> ExampleRows:
        """The held-out examples with the answers that were kept, which are in `at`."""
        batch = answers(self.problem).held_out
        given = functional.interpolate(batch.inputs[0], batch.targets.shape[-2:])  # smaller ones by their pixels
        found = at.x[0].reshape(batch.targets.shape)
        strips = [_strip(x[:_COLUMNS]) for x in (given, found, batch.targets)]
        picture = np.concatenate(strips)[:-_GAP, :-_GAP]
        return ExampleRows(picture, unit(strips[-1]), psnr(given, batch.targets), psnr(found, batch.targets))

    def weights(self) -> bytes:
        """The network so far as a file of weights; Refusal before the first step."""
        state = self.latest.state
        if not isinstance(state, FitState):
            raise Refusal("a training with weights to save", "one that has not begun", "press Play")
        return as_bytes(network_of(self.problem, state))


def _strip(pictures: Tensor) -> Array:
    """(N, C, h, w) side by side, in one colour plane or three, white between them."""
    pictures = functional.pad(pictures, (0, _GAP, 0, _GAP), value=1.0)
    joined = torch.cat(list(pictures), 2).cpu().numpy()
    return joined[0] if len(joined) == 1 else joined.transpose(1, 2, 0)
