"""Nesterov's momentum with the prior's prox."""

from dataclasses import dataclass

from torch import Tensor

from workbench.algorithms.base import Needs
from workbench.algorithms.first_order.accelerated import Accelerated, AcceleratedConstants
from workbench.algorithms.steps.lengths import bends
from workbench.noise import Likelihood
from workbench.priors import Can
from workbench.problem import Problem
from workbench.tensors import Each, each, times


@dataclass(frozen=True)
class FISTA(Accelerated):
    """x <- prox(v - step grad misfit(v), step) at v = x + (n - 1) / (n + inertia) (x - x before), n = 1, 2, ...

    Convex: objective - minimum <= O(L / k^2) up to 1/L, never above its start; iterates converge for inertia > 2.
    `strong` keeps the momentum where (1 - sqrt(m / L))^k holds, m of strong convexity; `restart` finds it unknown.
    Beck & Teboulle 2009, doi 10.1137/080716542; Chambolle & Dossal 2015, doi 10.1007/s10957-015-0746-4;
    Chambolle & Pock 2016, doi 10.1017/S096249291600009X; O'Donoghue & Candes 2015, doi 10.1007/s10208-013-9150-3.
    """

    formula = (
        r"x \gets \operatorname{prox}_{\tau g}(v - \tau \nabla f(v)), \quad v = x_n + \frac{n - 1}{n + "
        r"\text{inertia}} (x_n - x_{n-1})"
    )

    needs = Needs(prior=Can.PROX | Can.CONVEX, noise=Likelihood.GRAD | Likelihood.CONVEX, linear=True)

    def measure(self, problem: Problem) -> AcceleratedConstants:
        convexity, by_prox = problem.strong_convexity(), problem.prior.strong_convexity()
        return AcceleratedConstants(bends(problem).lipschitz, convexity=convexity, by_prox=by_prox)

    def advance(self, problem: Problem, v: Tensor, slope: Tensor, step: Each) -> Tensor:
        return each(problem.prior.prox, step, v - times(step, slope))
