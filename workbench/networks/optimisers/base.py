"""Training: steps along the gradient of the loss over a batch of examples."""

from abc import abstractmethod
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Annotated, TypeVar

import torch
from torch import Tensor

from workbench.algorithms import Algorithm, Constants, Needs, State
from workbench.networks.learning import Learning, learning
from workbench.networks.streams import Streams
from workbench.noise import Likelihood
from workbench.parameters import Range
from workbench.priors import Can
from workbench.problem import Problem
from workbench.tensors import Each

Batch = Annotated[int | None, Range(1, 4096, log=True, limits=(1, 10**9)), "examples a step, all when empty"]
Shuffle = Annotated[bool, "examples in a new random order every epoch, of its own for every seed"]


@dataclass(frozen=True)
class OptimiserConstants(Constants):
    """And the learning rate, where the method finds one."""

    rate: Each | None = None


@dataclass(frozen=True)
class OptimiserState(State):
    """The weights, how many epochs are over, which place of the epoch comes next, and its order, (S or 1, N)."""

    measured: OptimiserConstants = OptimiserConstants()
    epoch: int = field(kw_only=True, default=0)
    place: int = field(kw_only=True, default=0)
    order: Tensor = field(kw_only=True)


T = TypeVar("T", bound=OptimiserState)


class Optimiser(Algorithm[T]):
    """x <- x - what a method makes of the gradient over the next `batch` examples of the epoch.

    The last batch of an epoch may be smaller. Subclasses are frozen dataclasses.
    """

    batch: int | None
    shuffle: bool

    needs = Needs(prior=Can.GRAD, noise=Likelihood.GRAD, also=("a network that learns",))
    random = True
    exact = False

    @abstractmethod
    def begun(self, state: OptimiserState) -> T:
        """The state with what the method remembers."""

    @abstractmethod
    def moved(self, state: T, slope: Tensor) -> T:
        """The state after a step along the gradient of a batch; `k` and the epoch are counted elsewhere."""

    def lacks(self, problem: Problem) -> str:
        if not isinstance(problem.operator, Learning):
            return f"examples to draw batches from, which {type(problem.operator).__name__} lacks"
        return super().lacks(problem)

    def measure(self, problem: Problem) -> OptimiserConstants:
        return OptimiserConstants()

    def init(self, problem: Problem, x: Tensor, rng: torch.Generator) -> T:
        listed = torch.arange(problem.y.shape[1], device=x.device)[None]
        return self.begun(OptimiserState(x, 0, self.measure(problem), order=listed))

    def step(self, problem: Problem, state: T, rng: torch.Generator) -> T:
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
