"""What gradient methods with Nesterov's momentum share."""

from abc import abstractmethod
from dataclasses import dataclass, field, replace
from typing import Annotated, Literal

import torch
from torch import Tensor

from workbench.algorithms.base import Algorithm, Constants, Step
from workbench.algorithms.steps.lengths import found_step, safe_step, searches, shortened
from workbench.algorithms.steps.parabola import ParabolaState, below_parabola, first_reach, misfit_at
from workbench.kernels import momentum as kernel
from workbench.parameters import Range
from workbench.problem import Problem
from workbench.tensors import Each, column, each_of, least, smaller


@dataclass(frozen=True)
class AcceleratedConstants(Constants):
    """And the strong convexity of the objective, and the part of it that a step takes by a prox."""

    convexity: float = field(kw_only=True)
    by_prox: float = field(kw_only=True)


@dataclass(frozen=True)
class AcceleratedState(ParabolaState):
    """And the iterate before it, and `age`, (B,): the steps since the momentum of an item was last let go."""

    measured: AcceleratedConstants = field(kw_only=True)
    before: Tensor = field(kw_only=True)
    age: Tensor = field(kw_only=True)


@dataclass(frozen=True)
class Accelerated(Algorithm[AcceleratedState]):
    """x <- advance(v) at v = x + beta (x - x before), beta = (n - 1) / (n + inertia), n = 1, 2, ...

    Where the misfit bends unevenly, the step is what its bend at v allows, and never grows.
    """

    step_size: Step = None
    inertia: Annotated[float, Range(2, 50, log=True), "how slowly the momentum grows"] = 3.0
    restart: Annotated[
        Literal["none", "function", "gradient"],
        "drop the momentum where the objective rises, or it points uphill",
    ] = "gradient"
    strong: Annotated[bool, "no more momentum than the strong convexity that is known wants"] = True

    @abstractmethod
    def measure(self, problem: Problem) -> AcceleratedConstants:
        """What is known of how the objective bends."""

    @abstractmethod
    def advance(self, problem: Problem, v: Tensor, slope: Tensor, step: Each) -> Tensor:
        """One step without momentum from v, where the gradient of the misfit is `slope`."""

    def init(self, problem: Problem, x: Tensor, rng: torch.Generator) -> AcceleratedState:
        age = torch.ones(len(x), dtype=x.real.dtype, device=x.device)
        return AcceleratedState(x, measured=self.measure(problem), reach=first_reach(problem), before=x, age=age)

    def step(self, problem: Problem, state: AcceleratedState, rng: torch.Generator) -> AcceleratedState:
        x, n = state.x, state.age
        beta = self._momentum(state)
        v = kernel.ahead(x, state.before, beta)
        new, reach = self._advanced(problem, state, v)
        uphill = torch.zeros_like(n, dtype=torch.bool)
        if self.restart == "gradient":
            uphill = kernel.uphill(v, new, x) > 0
        elif self.restart == "function":
            uphill = problem.objective(new) > problem.objective(x)
        age = torch.where(uphill, torch.ones_like(n), n + 1)
        return replace(state, x=new, before=x, age=age, reach=reach, k=state.k + 1)

    def adapt(self, problem: Problem, state: AcceleratedState) -> AcceleratedState:
        return replace(state, measured=self.measure(problem), reach=first_reach(problem))

    def current_step(self, state: AcceleratedState) -> float | None:
        return least(self._step(state))

    def largest_step(self, state: AcceleratedState) -> float | None:
        return safe_step(state, self.step_size, 1.0)

    def edge(self, state: AcceleratedState) -> float:
        beta = float(self._momentum(state).amax())
        return (2 + 2 * beta) / (1 + 2 * beta)

    def _momentum(self, state: AcceleratedState) -> Tensor:
        """That of the next step, (B,)."""
        beta = (state.age - 1) / (state.age + self.inertia)
        if not self.strong:
            return beta
        enough = self._enough(state)
        return beta.minimum(column(enough, state.x)) if isinstance(enough, Tensor) else beta.clamp_max(enough)

    def _step(self, state: AcceleratedState) -> Each:
        return found_step(state, self.step_size)

    def _advanced(self, problem: Problem, state: AcceleratedState, v: Tensor) -> tuple[Tensor, Tensor | None]:
        """The step from v, and the reach that is left."""
        if not searches(self.step_size, state):
            return self.advance(problem, v, problem.misfit_grad(v), self._step(state)), state.reach
        assert state.reach is not None
        start = misfit_at(problem, v)

        def move(reach: Tensor) -> Tensor:
            return self.advance(problem, v, start.slope, shortened(each_of(reach), state))

        new, reach = below_parabola(problem, start, state.reach, move)
        return new.x, reach

    def _enough(self, state: AcceleratedState) -> Each:
        """(1 - sqrt q) / (1 + sqrt q), 1 / q the condition number that the step sees."""
        step, measured = self._step(state), state.measured
        q = smaller(1.0, step * measured.convexity / (1 + step * measured.by_prox))
        return (1 - q**0.5) / (1 + q**0.5)
