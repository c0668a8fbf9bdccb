"""Newton's method inside a region of trust."""

from dataclasses import dataclass, field, replace

import torch
from torch import Tensor

from workbench.algorithms.second_order.descent import Descent, DescentState, begun, cauchy, tried
from workbench.algorithms.second_order.truncated import CURVED, Inner, promised, truncated
from workbench.problem import Problem
from workbench.tensors import norm

_NEAR, _GOOD, _POOR = 0.99, 0.75, 0.25


@dataclass(frozen=True)
class TrustRegionNewtonState(DescentState):
    """And the radius of trust, (B,)."""

    radius: Tensor = field(kw_only=True)


@dataclass(frozen=True)
class TrustRegionNewton(Descent[TrustRegionNewtonState]):
    """min <g, p> + <p, H p> / 2 over |p| <= radius, H the true Hessian, by Steihaug's conjugate gradients.

    The radius grows where the objective falls as the model says, and shrinks where it does not; then the step is not
    taken. The objective never rises; every limit is a stationary point; superlinear near a minimum where H > 0.
    Steihaug 1983, doi 10.1137/0720042.
    """

    formula = r"x \gets x + \operatorname{argmin}_{|p| \le \Delta} \langle g, p\rangle + \frac12 \langle p, Hp\rangle"

    inner: Inner = 4

    needs = CURVED

    def init(self, problem: Problem, x: Tensor, rng: torch.Generator) -> TrustRegionNewtonState:
        state = begun(problem, x)
        size = norm(state.slope)
        return TrustRegionNewtonState(**vars(state), radius=(cauchy(problem, x, state.slope) * size).maximum(norm(x)))

    def step(self, problem: Problem, state: TrustRegionNewtonState, rng: torch.Generator) -> TrustRegionNewtonState:
        hessian = problem.hessian(state.x)
        p = truncated(hessian, state, state.radius, self.inner)
        after, judged = tried(problem, state, p, promised(hessian, state.slope, p))
        size = norm(p)
        grown = torch.where((judged.gain > _GOOD) & (size >= _NEAR * state.radius), 2 * state.radius, state.radius)
        return replace(after, radius=torch.where(judged.gain < _POOR, _POOR * size, grown))
