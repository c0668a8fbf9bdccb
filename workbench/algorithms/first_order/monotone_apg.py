"""Monitored acceleration, convex or not."""

from dataclasses import dataclass, field, replace

import torch
from torch import Tensor

from workbench.algorithms.base import Algorithm, Constants, Needs, State, Step
from workbench.algorithms.first_order.backtracking import shortening
from workbench.algorithms.first_order.proximal_gradient import forward_backward
from workbench.algorithms.steps.lengths import bends, found_step, safe_step, searches
from workbench.algorithms.steps.parabola import ParabolaState, first_reach
from workbench.noise import Likelihood
from workbench.priors import Can
from workbench.problem import Problem
from workbench.tensors import least, spread


@dataclass(frozen=True)
class MonotoneAPGState(ParabolaState):
    """And the iterate before it, the accelerated one, and the t of Nesterov's sequence of each item, (B,)."""

    before: Tensor = field(kw_only=True)
    ahead: Tensor = field(kw_only=True)
    t: Tensor = field(kw_only=True)


@dataclass(frozen=True)
class MonotoneAPG(Algorithm[MonotoneAPGState]):
    """x <- the lower of prox(w - step grad misfit(w), step) for w = v, Nesterov's point, and for w = x itself.

    v = x + r / t (z - x) + (r - 1) / t (x - x before), z the last such prox, r and t = (1 + sqrt(1 + 4 r^2)) / 2 of
    the damping sequence. The objective falls at every step, limits are critical points, convex or not, up to 1/L;
    where it is convex, objective - minimum <= O(L / k^2). Li & Lin 2015, Advances in Neural Information Processing
    28, arXiv 1506.07552; Ghadimi & Lan 2016, doi 10.1007/s10107-015-0871-8.
    """

    formula = (
        r"x \gets \operatorname{argmin}_{F} \{\operatorname{prox}_{\tau g}(w - \tau \nabla f(w)) : w \in \{v, "
        r"x\}\}"
    )

    step_size: Step = None

    needs = Needs(prior=Can.PROX | Can.VALUE, noise=Likelihood.GRAD, linear=True)

    def measure(self, problem: Problem) -> Constants:
        return bends(problem)

    def init(self, problem: Problem, x: Tensor, rng: torch.Generator) -> MonotoneAPGState:
        t = torch.ones(len(x), dtype=x.real.dtype, device=x.device)
        return MonotoneAPGState(x, 0, self.measure(problem), reach=first_reach(problem), before=x, ahead=x, t=t)

    def step(self, problem: Problem, state: MonotoneAPGState, rng: torch.Generator) -> MonotoneAPGState:
        x, r = state.x, state.t
        t = (1 + (1 + 4 * r.square()).sqrt()) / 2
        v = x + spread(r / t, x) * (state.ahead - x) + spread((r - 1) / t, x) * (x - state.before)
        if searches(self.step_size, state):
            assert state.reach is not None
            plain, reach = shortening(problem, x, state.reach)
            ahead, reach = shortening(problem, v, reach)
            state = replace(state, reach=reach)
        else:
            step = found_step(state, self.step_size)
            ahead, plain = forward_backward(problem, v, step), forward_backward(problem, x, step)
        lower = problem.objective(ahead) <= problem.objective(plain)
        return replace(state, x=torch.where(spread(lower, x), ahead, plain), before=x, ahead=ahead, t=t, k=state.k + 1)

    def adapt(self, problem: Problem, state: MonotoneAPGState) -> MonotoneAPGState:
        return replace(state, measured=self.measure(problem), reach=first_reach(problem))

    def current_step(self, state: State) -> float | None:
        return least(found_step(state, self.step_size))

    def largest_step(self, state: State) -> float | None:
        return safe_step(state, self.step_size, 1.0)
