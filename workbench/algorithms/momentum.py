"""Gradient methods with momentum: Nesterov's, FISTA, the heavy ball."""

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Annotated, Literal

import torch
from torch import Tensor

from workbench.algorithms.base import Algorithm, Needs, State, Step, lacks_bend
from workbench.algorithms.gradient import bends, found_step, safe_step, searches, shortened
from workbench.algorithms.parabola import Bent, below_parabola, first_reach, misfit_at
from workbench.algorithms.proximal import each
from workbench.kernels import momentum as kernel
from workbench.noise import Likelihood
from workbench.parameters import Range
from workbench.priors import Can
from workbench.problem import Problem
from workbench.tensors import Each, column, each_of, least, smaller, times


@dataclass(frozen=True)
class Momentum(Bent):
    """And the iterate before it, and `age`, (B,): the steps since the momentum of an item was last let go."""

    before: Tensor = field(kw_only=True)
    age: Tensor = field(kw_only=True)


@dataclass(frozen=True)
class Accelerated(Algorithm):
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
    def advance(self, problem: Problem, v: Tensor, slope: Tensor, step: Each) -> Tensor:
        """One step without momentum from v, where the gradient of the misfit is `slope`."""

    def init(self, problem: Problem, x: Tensor, rng: torch.Generator) -> Momentum:
        age = torch.ones(len(x), dtype=x.real.dtype, device=x.device)
        return Momentum(x, 0, self.measure(problem), reach=first_reach(problem), before=x, age=age)

    def step(self, problem: Problem, state: Momentum, rng: torch.Generator) -> Momentum:
        x, n = state.x, state.age
        beta = (n - 1) / (n + self.inertia)
        if self.strong:
            enough = self._enough(state)
            beta = beta.minimum(column(enough, x)) if isinstance(enough, Tensor) else beta.clamp_max(enough)
        v = kernel.ahead(x, state.before, beta)
        new, reach = self._advanced(problem, state, v)
        uphill = torch.zeros_like(n, dtype=torch.bool)
        if self.restart == "gradient":
            uphill = kernel.uphill(v, new, x) > 0
        elif self.restart == "function":
            uphill = problem.objective(new) > problem.objective(x)
        age = torch.where(uphill, torch.ones_like(n), n + 1)
        return replace(state, x=new, before=x, age=age, reach=reach, k=state.k + 1)

    def adapt(self, problem: Problem, state: Momentum) -> Momentum:
        return replace(state, measured=self.measure(problem), reach=first_reach(problem))

    def current_step(self, state: State) -> float | None:
        return least(self._step(state))

    def largest_step(self, state: State) -> float | None:
        return safe_step(state, self.step_size, 1.0)

    def _step(self, state: State) -> Each:
        return found_step(state, self.step_size)

    def _advanced(self, problem: Problem, state: Momentum, v: Tensor) -> tuple[Tensor, Tensor | None]:
        """The step from v, and the reach that is left."""
        if not searches(self.step_size, state):
            return self.advance(problem, v, problem.misfit_grad(v), self._step(state)), state.reach
        assert state.reach is not None
        start = misfit_at(problem, v)

        def move(reach: Tensor) -> Tensor:
            return self.advance(problem, v, start.slope, shortened(each_of(reach), state))

        new, reach = below_parabola(problem, start, state.reach, move)
        return new.x, reach

    def _enough(self, state: State) -> Each:
        """(1 - sqrt q) / (1 + sqrt q), 1 / q the condition number that the step sees."""
        step, measured = self._step(state), state.measured
        q = smaller(1.0, step * measured["convexity"] / (1 + step * measured["by prox"]))
        return (1 - q**0.5) / (1 + q**0.5)


@dataclass(frozen=True)
class FISTA(Accelerated):
    """x <- prox(v - step grad misfit(v), step) at v = x + (n - 1) / (n + inertia) (x - x before), n = 1, 2, ...

    Convex: objective - minimum <= O(L / k^2) up to 1/L, never above its start; iterates converge for inertia > 2.
    `strong` keeps the momentum where (1 - sqrt(m / L))^k holds, m of strong convexity; `restart` finds it unknown.
    Beck & Teboulle 2009, doi 10.1137/080716542; Chambolle & Dossal 2015, doi 10.1007/s10957-015-0746-4;
    Chambolle & Pock 2016, doi 10.1017/S096249291600009X; O'Donoghue & Candes 2015, doi 10.1007/s10208-013-9150-3.
    """

    needs = Needs(prior=Can.PROX | Can.CONVEX, noise=Likelihood.GRAD | Likelihood.CONVEX, linear=True)

    def measure(self, problem: Problem) -> Mapping[str, Each]:
        convexity, by_prox = problem.strong_convexity(), problem.prior.strong_convexity()
        return {**bends(problem), "convexity": convexity, "by prox": by_prox}

    def advance(self, problem: Problem, v: Tensor, slope: Tensor, step: Each) -> Tensor:
        return each(problem.prior.prox, step, v - times(step, slope))


@dataclass(frozen=True)
class Nesterov(Accelerated):
    """x <- v - step grad objective(v) at v = x + (n - 1) / (n + inertia) (x - x before), n = 1, 2, ...

    Convex: objective - minimum <= O(L / k^2) up to 1/L, never above its start. `strong` keeps the momentum where
    (1 - sqrt(m / L))^k holds, m of strong convexity; `restart` finds it where m is not known.
    Nesterov 1983, Sov. Math. Dokl. 27, 372; Nesterov 2004, doi 10.1007/978-1-4419-8853-9.
    """

    needs = Needs(prior=Can.GRAD | Can.CONVEX, noise=Likelihood.GRAD | Likelihood.CONVEX, linear=True)

    def lacks(self, problem: Problem) -> str:
        return super().lacks(problem) or lacks_bend(problem, self.step_size)

    def measure(self, problem: Problem) -> Mapping[str, Each]:
        return {**bends(problem, of_prior=True), "convexity": problem.strong_convexity(), "by prox": 0.0}

    def advance(self, problem: Problem, v: Tensor, slope: Tensor, step: Each) -> Tensor:
        return v - times(step, slope + problem.prior.grad(v))
