"""Stochastic gradient descent with momentum."""

from dataclasses import dataclass, field, replace
from typing import Annotated

import torch
from torch import Tensor

from workbench.algorithms import State
from workbench.networks.curvature.base import suggested_rate
from workbench.networks.optimisers.base import Batch, Optimiser, OptimiserConstants, OptimiserState, Shuffle
from workbench.parameters import Range
from workbench.problem import Problem
from workbench.tensors import Each, each_of, least, times


@dataclass(frozen=True)
class SGDState(OptimiserState):
    """With the velocity, (S, 1, P)."""

    velocity: Tensor = field(kw_only=True)


@dataclass(frozen=True)
class SGD(Optimiser[SGDState]):
    """v <- momentum v + slope; x <- x - step v: stochastic gradients, and gradient descent where the batch is empty.

    Gradient descent is stable where the curvature is below 2 (1 + momentum) / step: see `sharpest`. Where no step is
    given it is (1 - momentum) / (trace / B + (1 - 1 / B) lambda_max) of the Gauss-Newton matrix at the start, half of
    what is stable there. Robbins & Monro 1951, doi 10.1214/aoms/1177729586.
    """

    step_size: Annotated[float | None, Range(1e-4, 2, log=True, limits=(0, 1e9)), "learning rate, found when empty"] = (
        None
    )
    batch: Batch = 64
    momentum: Annotated[float, Range(0, 0.98, limits=(0, 0.9999)), "share of the last move that goes on"] = 0.0
    shuffle: Shuffle = True

    def measure(self, problem: Problem) -> OptimiserConstants:
        with torch.no_grad():
            rate = suggested_rate(problem, problem.start(), self.batch_size(problem))
        return OptimiserConstants(rate=each_of(rate))

    def begun(self, state: OptimiserState) -> SGDState:
        return SGDState(state.x, 0, state.measured, order=state.order, velocity=torch.zeros_like(state.x))

    def moved(self, state: SGDState, slope: Tensor) -> SGDState:
        velocity = slope if self.momentum == 0 else self.momentum * state.velocity + slope
        return replace(state, x=state.x - times(self._step(state), velocity), velocity=velocity)

    def current_step(self, state: State) -> float | None:
        return least(self._step(state))

    def sharpest(self, state: State) -> Each:
        """The curvature above which gradient descent with this step is unstable, 2 (1 + momentum) / step."""
        return 2 * (1 + self.momentum) / self._step(state)

    def _step(self, state: State) -> Each:
        if self.step_size is not None:
            return self.step_size
        assert isinstance(state.measured, OptimiserConstants) and state.measured.rate is not None
        return (1 - self.momentum) * state.measured.rate
