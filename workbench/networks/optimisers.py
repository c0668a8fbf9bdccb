"""Training: steps along the gradient of the loss over a batch of examples."""

from abc import abstractmethod
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Annotated

import torch
from torch import Tensor

from workbench.algorithms import Algorithm, Needs, State
from workbench.networks.curvature import suggested_rate
from workbench.networks.predictions import Learning, learning
from workbench.networks.streams import Streams
from workbench.noise import Likelihood
from workbench.parameters import Range
from workbench.priors import Can
from workbench.problem import Problem
from workbench.tensors import Each, each_of, least, times

Batch = Annotated[int | None, Range(1, 4096, log=True, limits=(1, 10**9)), "examples a step, all when empty"]
Shuffle = Annotated[bool, "examples in a new random order every epoch, of its own for every seed"]


@dataclass(frozen=True)
class OptimiserState(State):
    """The weights, how many epochs are over, which place of the epoch comes next, and its order, (S or 1, N)."""

    epoch: int = field(kw_only=True, default=0)
    place: int = field(kw_only=True, default=0)
    order: Tensor = field(kw_only=True)


class Optimiser(Algorithm):
    """x <- x - what a method makes of the gradient over the next `batch` examples of the epoch.

    The last batch of an epoch may be smaller. Subclasses are frozen dataclasses.
    """

    batch: int | None
    shuffle: bool

    needs = Needs(prior=Can.GRAD, noise=Likelihood.GRAD, also=("a network that learns",))
    random = True
    exact = False

    @abstractmethod
    def begun(self, state: OptimiserState) -> OptimiserState:
        """The state with what the method remembers."""

    @abstractmethod
    def moved(self, state: OptimiserState, slope: Tensor) -> OptimiserState:
        """The state after a step along the gradient of a batch; `k` and the epoch are counted elsewhere."""

    def lacks(self, problem: Problem) -> str:
        if not isinstance(problem.operator, Learning):
            return f"examples to draw batches from, which {type(problem.operator).__name__} lacks"
        return super().lacks(problem)

    def init(self, problem: Problem, x: Tensor, rng: torch.Generator) -> OptimiserState:
        listed = torch.arange(problem.y.shape[1], device=x.device)[None]
        return self.begun(OptimiserState(x, 0, self.measure(problem), order=listed))

    def step(self, problem: Problem, state: OptimiserState, rng: torch.Generator) -> OptimiserState:
        count, size = problem.y.shape[1], self.batch_size(problem)
        operator = learning(problem)
        streams = Streams.of(rng, operator.seeds(state.x))
        if size < count and state.place == 0 and self.shuffle:
            state = replace(state, order=streams.orders(count).to(state.x.device))
        end = min(count, state.place + size)
        rows = state.order[:, state.place : end] if size < count else None
        slope = batch_slope(problem, state.x, rows, streams if operator.network.disturbance.random else None)
        over = end == count
        moved = self.moved(state, slope)
        return replace(moved, k=state.k + 1, epoch=state.epoch + over, place=0 if over else end)

    def adapt(self, problem: Problem, state: OptimiserState) -> OptimiserState:
        return replace(state, measured=self.measure(problem))

    def batch_size(self, problem: Problem) -> int:
        """The examples of a step: all of them where no batch is set."""
        count = problem.y.shape[1]
        return count if self.batch is None else min(self.batch, count)


def at_epochs(states: Iterable[State], epochs: Container[int]) -> Iterator[OptimiserState]:
    """Of the states of a training, those at which one of these epochs begins."""
    trained = (state for state in states if isinstance(state, OptimiserState))
    return (state for state in trained if state.place == 0 and state.epoch in epochs)


def spaced_epochs(last: int, count: int = 100) -> tuple[int, ...]:
    """`count` epochs from 0 to `last`, or all of them where there are fewer: every ratio of neighbours nearly the same.

    At the beginning, where that would ask for fractions, it is every epoch.
    """
    found = [0]
    count = min(count, last + 1)
    while len(found) < count:
        ratio = ((last + 1) / (found[-1] + 1)) ** (1 / (count - len(found)))
        found.append(max(found[-1] + 1, round((found[-1] + 1) * ratio - 1)))
    return tuple(found)


def batch_slope(problem: Problem, x: Tensor, rows: Tensor | None, streams: Streams | None = None) -> Tensor:
    """The gradient of loss and prior over some examples, rows (S or 1, B), or over all: (S, 1, P)."""
    operator, y = learning(problem), problem.y
    if rows is not None:
        y = y[:, rows[0]] if len(rows) == 1 else y[torch.arange(len(rows), device=y.device)[:, None], rows]
    with torch.enable_grad():
        w = x.detach().requires_grad_()
        loss = problem.noise.nll(operator.layers(w, rows, streams)[-1], y)
        (slope,) = torch.autograd.grad(loss.sum(), w)
    return slope + problem.prior.grad(x)


@dataclass(frozen=True)
class SGDState(OptimiserState):
    """With the velocity, (S, 1, P)."""

    velocity: Tensor = field(kw_only=True)


@dataclass(frozen=True)
class SGD(Optimiser):
    """v <- momentum v + slope; x <- x - step v: stochastic gradients, and gradient descent where the batch is empty.

    Gradient descent is stable where the curvature is below 2 (1 + momentum) / step: see `edge`. When no step is given
    it is (1 - momentum) / (trace / B + (1 - 1 / B) lambda_max) of the Gauss-Newton matrix at the start, half of what
    is stable there. Robbins & Monro 1951, doi 10.1214/aoms/1177729586.
    """

    step_size: Annotated[float | None, Range(1e-4, 2, log=True, limits=(0, 1e9)), "learning rate, found when empty"] = (
        None
    )
    batch: Batch = 64
    momentum: Annotated[float, Range(0, 0.98, limits=(0, 0.9999)), "share of the last move that goes on"] = 0.0
    shuffle: Shuffle = True

    def measure(self, problem: Problem) -> Mapping[str, Each]:
        with torch.no_grad():
            return {"rate": each_of(suggested_rate(problem, problem.start(), self.batch_size(problem)))}

    def begun(self, state: OptimiserState) -> SGDState:
        return SGDState(state.x, 0, state.measured, order=state.order, velocity=torch.zeros_like(state.x))

    def moved(self, state: SGDState, slope: Tensor) -> SGDState:
        velocity = slope if self.momentum == 0 else self.momentum * state.velocity + slope
        return replace(state, x=state.x - times(self._step(state), velocity), velocity=velocity)

    def current_step(self, state: State) -> float | None:
        return least(self._step(state))

    def edge(self, state: State) -> Each:
        """The curvature above which gradient descent with this step is unstable, 2 (1 + momentum) / step."""
        return 2 * (1 + self.momentum) / self._step(state)

    def _step(self, state: State) -> Each:
        return (1 - self.momentum) * state.measured["rate"] if self.step_size is None else self.step_size


@dataclass(frozen=True)
class AdamState(OptimiserState):
    """With running means of slope and slope^2, (S, 1, P) each, and how many steps are in them."""

    first: Tensor = field(kw_only=True)
    second: Tensor = field(kw_only=True)
    age: int = field(kw_only=True, default=0)


@dataclass(frozen=True)
class Adam(Optimiser):
    """x <- x - step (m / (sqrt v + epsilon) + decay x), m and v the unbiased running means of slope and slope^2.

    Decay acts on the weights alone, unlike a Tikhonov prior, which joins the slope. Kingma & Ba 2015,
    arXiv:1412.6980; Loshchilov & Hutter 2019, arXiv:1711.05101.
    """

    step_size: Annotated[float, Range(1e-5, 0.1, log=True, limits=(0, 1e3)), "learning rate"] = 1e-3
    batch: Batch = 64
    first_decay: Annotated[float, Range(0, 0.99, limits=(0, 0.999999)), "memory of the mean slope"] = 0.9
    second_decay: Annotated[float, Range(0.9, 0.9999, limits=(0, 0.999999)), "memory of the mean square"] = 0.999
    epsilon: Annotated[float, Range(1e-10, 1e-2, log=True, limits=(1e-30, 1)), "what keeps 0 / 0 away"] = 1e-8
    decay: Annotated[float, Range(0, 0.5, limits=(0, 100)), "weight decay, per unit of step"] = 0.0
    shuffle: Shuffle = True

    def begun(self, state: OptimiserState) -> AdamState:
        nothing = torch.zeros_like(state.x)
        return AdamState(state.x, 0, state.measured, order=state.order, first=nothing, second=nothing)

    def moved(self, state: AdamState, slope: Tensor) -> AdamState:
        age = state.age + 1
        first = torch.lerp(slope, state.first, self.first_decay)
        second = (self.second_decay * state.second).addcmul(slope, slope, value=1 - self.second_decay)
        size = (second / (1 - self.second_decay**age)).sqrt() + self.epsilon
        kept = (1 - self.step_size * self.decay) * state.x
        x = kept.addcdiv(first, size, value=-self.step_size / (1 - self.first_decay**age))
        return replace(state, x=x, first=first, second=second, age=age)

    def current_step(self, state: State) -> float:
        return self.step_size
