"""Nesterov's momentum with the prior's gradient."""

from dataclasses import dataclass

from torch import Tensor

from workbench.algorithms.base import Needs, lacks_bend
from workbench.algorithms.first_order.accelerated import Accelerated, AcceleratedConstants
from workbench.algorithms.steps.lengths import bends
from workbench.noise import Likelihood
from workbench.priors import Can
from workbench.problem import Problem
from workbench.tensors import Each, times


@dataclass(frozen=True)
class Nesterov(Accelerated):
    """x <- v - step grad objective(v) at v = x + (n - 1) / (n + inertia) (x - x before), n = 1, 2, ...

    Convex: objective - minimum <= O(L / k^2) up to 1/L, never above its start. `strong` keeps the momentum where
    (1 - sqrt(m / L))^k holds, m of strong convexity; `restart` finds it where m is not known.
    Nesterov 1983, Sov. Math. Dokl. 27, 372; Nesterov 2004, doi 10.1007/978-1-4419-8853-9.
    """

    formula = r"x \gets v - \tau \nabla F(v), \quad v = x_n + \frac{n - 1}{n + \text{inertia}} (x_n - x_{n-1})"

    needs = Needs(prior=Can.GRAD | Can.CONVEX, noise=Likelihood.GRAD | Likelihood.CONVEX, linear=True)

    def lacks(self, problem: Problem) -> str:
        return super().lacks(problem) or lacks_bend(problem, self.step_size)

    def measure(self, problem: Problem) -> AcceleratedConstants:
        known = bends(problem, of_prior=True)
        return AcceleratedConstants(known.lipschitz, known.prior, convexity=problem.strong_convexity(), by_prox=0.0)

    def advance(self, problem: Problem, v: Tensor, slope: Tensor, step: Each) -> Tensor:
        return v - times(step, slope + problem.prior.grad(v))
