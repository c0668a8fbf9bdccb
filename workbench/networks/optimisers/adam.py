"""Adam."""

from dataclasses import dataclass, field, replace
from typing import Annotated

import torch
from torch import Tensor

from workbench.algorithms import State
from workbench.networks.optimisers.base import Batch, Optimiser, OptimiserState, Shuffle
from workbench.parameters import Range


@dataclass(frozen=True)
class AdamState(OptimiserState):
    """With running means of slope and slope^2, (S, 1, P) each, and how many steps are in them."""

    first: Tensor = field(kw_only=True)
    second: Tensor = field(kw_only=True)
    age: int = field(kw_only=True, default=0)


@dataclass(frozen=True)
class Adam(Optimiser[AdamState]):
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
