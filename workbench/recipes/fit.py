"""Training as an iterator of states: the unknown is all weights of a network, each step draws new examples."""

import copy
import math
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Annotated

import torch
from torch import Tensor
from torch.func import functional_call

from workbench.algorithms import Algorithm, Needs, State
from workbench.denoisers import ImageNetwork
from workbench.networks import SquaredLoss
from workbench.operators import Field, Operator
from workbench.parameters import Range, describe, rebuild
from workbench.priors import Zero
from workbench.problem import Problem
from workbench.recipes.training_task import Moment, TrainingTask
from workbench.refusal import Refusal
from workbench.tensors import stream
from workbench.weights.files import loaded

_EARLY = 20  # steps before a usual length of the slope is known
_SHOWN = 8  # held-out examples that the misfit of the problem looks at


class Answers(Operator):
    """A(w) = what the network of weights w answers to held-out examples: (1, 1, P) -> (1, N, values of an answer)."""

    field = Field.REAL

    def __init__(self, network: ImageNetwork, task: TrainingTask, seed: int = 0) -> None:
        self._seed = seed
        self.held_out = task.held_out(_SHOWN)
        targets = self.held_out.targets
        super().__init__((1, sum(p.numel() for p in network.parameters())), tuple(targets.flatten(1).shape))
        self.network, self.task = copy.deepcopy(network), task  # first weights are drawn into a copy
        self._shapes = {name: p.shape for name, p in network.named_parameters()}

    @property
    def targets(self) -> Tensor:
        """What should come out, (1, N, values)."""
        return self.held_out.targets.flatten(1)[None]

    def forward(self, x: Tensor) -> Tensor:
        return torch.stack([self._answer(w, *self.held_out.inputs).flatten(1) for w in x])

    def first_guess(self, y: Tensor) -> Tensor:
        drawn = self.network.drawn(stream(self._seed, "first weights of a recipe"))
        return torch.cat([p.detach().flatten() for p in drawn.parameters()])[None, None].clone()

    def _answer(self, w: Tensor, *inputs: Tensor) -> Tensor:
        return self.task.answer(partial(self.applied, w), *inputs)

    def applied(self, w: Tensor, *inputs: Tensor) -> Tensor:
        """The output of the network of weights w, (1, P)."""
        return functional_call(self.network, self.arrays(w), inputs)

    def arrays(self, w: Tensor) -> dict[str, Tensor]:
        """The weights by name."""
        parts = w.flatten().split([shape.numel() for shape in self._shapes.values()])
        return {name: part.reshape(shape) for (name, shape), part in zip(self._shapes.items(), parts, strict=True)}

    def slope(self, w: Tensor, count: int, moment: Moment) -> tuple[Tensor, Tensor]:
        """The loss over `count` new examples, a scalar, and its gradient, (1, 1, P)."""
        batch = self.task.drawn(moment.rng, count)
        with torch.enable_grad():
            w = w.detach().requires_grad_()
            loss = self.task.loss(partial(self.applied, w[0]), batch, moment)
            (slope,) = torch.autograd.grad(loss, w)
        return loss.detach(), slope


def answers(problem: Problem) -> Answers:
    """The operator of a training of `Fit`; Refusal of any other problem."""
    if not isinstance(problem.operator, Answers):
        came = type(problem.operator).__name__
        raise Refusal("a problem whose unknown is the weights of a recipe", came, "make it with Recipe(...).problem()")
    return problem.operator


def problem_of(network: ImageNetwork, task: TrainingTask, seed: int) -> Problem:
    """The unknown is the weights, (1, 1, P); the misfit is the squared error for held-out examples."""
    operator = Answers(network, task, seed)
    return Problem(operator, SquaredLoss(), Zero(), operator.targets)


@dataclass(frozen=True)
class FitState(State):
    """The weights, their running mean, what Adam remembers, (1, 1, P) each, and the running mean of the loss."""

    mean: Tensor = field(kw_only=True)
    first: Tensor = field(kw_only=True)
    second: Tensor = field(kw_only=True)
    loss: Tensor = field(kw_only=True)


@dataclass(frozen=True)
class Fit(Algorithm[FitState]):
    """Adam on new examples at every step, its rate falling as a cosine to 0 at `steps`; the weights' mean is kept.

    Kingma & Ba 2015, arXiv:1412.6980; Loshchilov & Hutter 2017, arXiv:1608.03983; the running mean of the weights,
    which ends better than the weights: Polyak & Juditsky 1992, 10.1137/0330046.
    """

    steps: Annotated[int, Range(10, 100_000, log=True, limits=(1, 10**9)), "steps of the whole training"] = 1000
    rate: Annotated[float, Range(1e-5, 1e-2, log=True, limits=(0, 1)), "learning rate at its highest"] = 2e-3
    batch: Annotated[int, Range(1, 64, log=True, limits=(1, 10_000)), "examples of a step"] = 8
    memory: Annotated[float, Range(0.9, 0.9999, limits=(0, 1)), "memory of the mean of the weights"] = 0.998

    needs = Needs(also=("a network with a recipe",))
    random = True
    exact = False

    def lacks(self, problem: Problem) -> str:
        if not isinstance(problem.operator, Answers):
            return f"a network with a recipe, which {type(problem.operator).__name__} lacks"
        return ""

    def init(self, problem: Problem, x: Tensor, rng: torch.Generator) -> FitState:
        nothing = torch.zeros_like(x)
        return FitState(x, 0, mean=x, first=nothing, second=nothing, loss=torch.full((1,), torch.nan).to(x))

    def step(self, problem: Problem, state: FitState, rng: torch.Generator) -> FitState:
        k = state.k + 1
        loss, slope = answers(problem).slope(state.x, self.batch, Moment(min(state.k / self.steps, 1.0), rng))
        slope = _cut(slope, state)
        first = torch.lerp(slope, state.first, 0.9)
        second = (0.99 * state.second).addcmul(slope, slope, value=0.01)
        size = (second / (1 - 0.99**k)).sqrt() + 1e-8
        x = state.x.addcdiv(first, size, value=-self.rate_at(state.k) / (1 - 0.9**k))
        mean = torch.lerp(x, state.mean, min(self.memory, k / (10 + k)))
        smooth = torch.where(state.loss.isnan(), loss, torch.lerp(loss.expand(1), state.loss, 0.98))
        return replace(state, x=x, k=k, mean=mean, first=first, second=second, loss=smooth)

    def rate_at(self, k: int) -> float:
        """The learning rate of step k: it rises over the first fiftieth, then falls."""
        rise = min(1.0, (k + 1) / max(1.0, self.steps / 50))
        return self.rate * rise * (1 + math.cos(math.pi * min(1.0, k / self.steps))) / 2

    def done(self, state: State) -> bool:
        return state.k >= self.steps


def network_of(problem: Problem, state: FitState) -> ImageNetwork:
    """The network of a training of `Fit`, with the mean of the weights up to this state."""
    operator = answers(problem)
    return loaded(rebuild(describe(operator.network)), operator.arrays(state.mean[0]), "this training")


def _cut(slope: Tensor, state: FitState) -> Tensor:
    """The slope, no longer than twice its usual length: one odd batch may not throw the weights far away."""
    if state.k < _EARLY:
        return slope
    usual = (state.second.sum() / (1 - 0.99**state.k)).sqrt()
    return slope * (2 * usual / slope.norm()).clamp_max(1.0)
