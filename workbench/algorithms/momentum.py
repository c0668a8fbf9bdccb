"""Gradient methods with momentum: Nesterov's, FISTA, the heavy ball."""

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Annotated, Literal

import torch
from torch import Tensor

from workbench.algorithms.base import Algorithm, Needs, State, Step
from workbench.algorithms.gradient import forward_backward, inverse
from workbench.kernels import momentum as kernel
from workbench.noise import Likelihood
from workbench.parameters import Range
from workbench.priors import Can
from workbench.problem import Problem

_SMOOTH = Likelihood.GRAD | Likelihood.LIPSCHITZ


@dataclass(frozen=True)
class Momentum(State):
    """The iterate, the one before it, and `age`, (B,): the steps since the momentum of an item was last let go."""

    before: Tensor = field(kw_only=True)
    age: Tensor = field(kw_only=True)


@dataclass(frozen=True)
class Accelerated(Algorithm):
    """x <- advance(v) at v = x + beta (x - x before), beta = (n - 1) / (n + inertia), n = 1, 2, ..."""

    step_size: Step = None
    inertia: Annotated[float, Range(2, 50, log=True), "how slowly the momentum grows"] = 3.0
    restart: Annotated[
        Literal["none", "function", "gradient"],
        "drop the momentum where the objective rises, or it points uphill",
    ] = "gradient"
    strong: Annotated[bool, "no more momentum than the strong convexity that is known wants"] = True

    @abstractmethod
    def advance(self, problem: Problem, v: Tensor, step: float) -> Tensor:
        """One step without momentum from v."""

    def init(self, problem: Problem, x: Tensor, rng: torch.Generator) -> Momentum:
        age = torch.ones(len(x), dtype=x.real.dtype, device=x.device)
        return Momentum(x, 0, self.measure(problem), before=x, age=age)

    def step(self, problem: Problem, state: Momentum, rng: torch.Generator) -> Momentum:
        x, n = state.x, state.age
        beta = (n - 1) / (n + self.inertia)
        if self.strong:
            beta = beta.clamp_max(self._enough(state))
        v = kernel.ahead(x, state.before, beta)
        new = self.advance(problem, v, self.current_step(state))
        uphill = torch.zeros_like(n, dtype=torch.bool)
        if self.restart == "gradient":
            uphill = kernel.uphill(v, new, x) > 0
        elif self.restart == "function":
            uphill = problem.objective(new) > problem.objective(x)
        return replace(state, x=new, before=x, age=torch.where(uphill, torch.ones_like(n), n + 1), k=state.k + 1)

    def current_step(self, state: State) -> float:
        return inverse(state.measured["lipschitz"]) if self.step_size is None else self.step_size

    def largest_step(self, state: State) -> float | None:
        return 1 / lipschitz if (lipschitz := state.measured["lipschitz"]) else None

    def _enough(self, state: State) -> float:
        """(1 - sqrt q) / (1 + sqrt q), 1 / q the condition number that the step sees."""
        step, measured = self.current_step(state), state.measured
        q = min(1.0, step * measured["convexity"] / (1 + step * measured["by prox"]))
        return (1 - q**0.5) / (1 + q**0.5)


@dataclass(frozen=True)
class FISTA(Accelerated):
    """x <- prox(v - step grad misfit(v), step) at v = x + (n - 1) / (n + inertia) (x - x before), n = 1, 2, ...

    Convex: objective - minimum <= O(L / k^2) up to 1/L, never above its start; iterates converge for inertia > 2.
    `strong` keeps the momentum where (1 - sqrt(m / L))^k holds, m of strong convexity; `restart` finds it unknown.
    Beck & Teboulle 2009, doi 10.1137/080716542; Chambolle & Dossal 2015, doi 10.1007/s10957-015-0746-4;
    Chambolle & Pock 2016, doi 10.1017/S096249291600009X; O'Donoghue & Candes 2015, doi 10.1007/s10208-013-9150-3.
    """

    needs = Needs(prior=Can.PROX | Can.CONVEX, noise=_SMOOTH | Likelihood.CONVEX, linear=True)

    def measure(self, problem: Problem) -> Mapping[str, float]:
        convexity, by_prox = problem.strong_convexity(), problem.prior.strong_convexity()
        return {"lipschitz": problem.lipschitz(), "convexity": convexity, "by prox": by_prox}

    def advance(self, problem: Problem, v: Tensor, step: float) -> Tensor:
        return forward_backward(problem, v, step)


@dataclass(frozen=True)
class Nesterov(Accelerated):
    """x <- v - step grad objective(v) at v = x + (n - 1) / (n + inertia) (x - x before), n = 1, 2, ...

    Convex: objective - minimum <= O(L / k^2) up to 1/L, never above its start. `strong` keeps the momentum where
    (1 - sqrt(m / L))^k holds, m of strong convexity; `restart` finds it where m is not known.
    Nesterov 1983, Sov. Math. Dokl. 27, 372; Nesterov 2004, doi 10.1007/978-1-4419-8853-9.
    """

    needs = Needs(prior=Can.GRAD | Can.CONVEX, noise=_SMOOTH | Likelihood.CONVEX, linear=True)

    def measure(self, problem: Problem) -> Mapping[str, float]:
        lipschitz = problem.lipschitz() + problem.prior.lipschitz()
        return {"lipschitz": lipschitz, "convexity": problem.strong_convexity(), "by prox": 0.0}

    def advance(self, problem: Problem, v: Tensor, step: float) -> Tensor:
        return v - step * (problem.misfit_grad(v) + problem.prior.grad(v))
