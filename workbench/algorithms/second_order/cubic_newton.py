"""Newton's method held back by a cubic."""

from dataclasses import dataclass, field, replace
from typing import Annotated

import torch
from torch import Tensor

from workbench.algorithms.second_order.descent import Descent, DescentState, begun, cauchy, tried
from workbench.algorithms.second_order.krylov_model import KrylovSpace, Model, Size, modelled, spanned
from workbench.algorithms.second_order.truncated import CURVED
from workbench.linalg import ratio
from workbench.parameters import Range
from workbench.problem import Problem
from workbench.tensors import norm, norm2, normal_like, stream

_HALVINGS = 60
UP, DOWN, GOOD = 4.0, 0.5, 0.5  # what M is multiplied by after a bad step and after a good one; the gain of a good one
_FRESH = 0.05  # of a space is added while its Hessian stays


@dataclass(frozen=True)
class CubicNewtonState(DescentState):
    """The constant M that holds the steps back, (B,), where the Hessian is taken, and the space it is known in."""

    bound: Tensor = field(kw_only=True)
    anchor: Tensor = field(kw_only=True)
    space: KrylovSpace | None = field(kw_only=True, default=None)


def held_back(problem: Problem, x: Tensor) -> CubicNewtonState:
    """M at first such that it halves the step along the gradient."""
    state = begun(problem, x)
    one = torch.ones_like(state.first)
    bound = ratio(one, cauchy(problem, x, state.slope).square() * state.first)
    return CubicNewtonState(**vars(state), bound=torch.where(bound > 0, bound, one), anchor=x)


@dataclass(frozen=True)
class CubicNewton(Descent[CubicNewtonState]):
    """x <- x + p, p = argmin <g, p> + <p, H p> / 2 + M |p|^3 / 6, H the Hessian less than `lazy` steps ago.

    Solved exactly on a Krylov space of the gradient and of noise, so that it leaves saddles. While H stays, so does the
    space: it grows by the new gradient's, a twentieth of its first size. M follows the objective, which never rises.
    |grad| <= eps after O(eps^-3/2) steps, on a bounded Hessian's slope.
    Nesterov & Polyak 2006, doi 10.1007/s10107-006-0706-8; Doikov, Chayti & Jaggi 2023, arXiv 2212.00781.
    """

    formula = (
        r"x \gets x + \operatorname{argmin}_p \langle g, p\rangle + \frac12 \langle p, Hp\rangle + "
        r"\frac{M}{6} |p|^3"
    )

    size: Size = 20
    lazy: Annotated[int, Range(1, 50, log=True, limits=(1, 10_000)), "steps between two Hessians"] = 3

    needs = CURVED
    wanders = True

    def init(self, problem: Problem, x: Tensor, rng: torch.Generator) -> CubicNewtonState:
        return held_back(problem, x)

    def step(self, problem: Problem, state: CubicNewtonState, rng: torch.Generator) -> CubicNewtonState:
        space, last = self._space(problem, state), (state.k + 1) % self.lazy == 0
        model = modelled(space, state.slope)
        u = _cubic(model, state.bound)
        cubic = state.bound / 6 * u.square().sum(1) ** 1.5
        after, judged = tried(problem, state, model.lift(u, state.x), model.promised(u) - cubic)
        bound = torch.where(judged.gain > GOOD, DOWN * state.bound, state.bound)
        bound = torch.where(judged.taken, bound, UP * state.bound)
        return replace(after, bound=bound, anchor=after.x if last else state.anchor, space=None if last else space)

    def _space(self, problem: Problem, state: CubicNewtonState) -> KrylovSpace:
        """Where the next step is sought: a new one, or the last with the gradient of now."""
        hessian, fresh = problem.hessian(state.anchor), max(1, round(_FRESH * self.size))
        if state.space is not None:
            return spanned(hessian, (state.slope,), fresh, state.space)
        some = normal_like(state.x[:1], stream(0, "way from a saddle", device=state.x.device)).expand_as(state.x)
        return spanned(hessian, (state.slope, some), self.size)


def _cubic(model: Model, bound: Tensor) -> Tensor:
    """argmin <c, u> + <u, values u> / 2 + M |u|^3 / 6: u = -c / (values + s), s = M |u| / 2, s by bisection."""
    least = (-model.values[:, 0]).clamp_min(0)

    def at(s: Tensor) -> Tensor:
        return -ratio(model.slope, model.values + s[:, None])

    low, high = least, least + (bound * norm(model.slope) / 2).sqrt()
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        longer = bound * norm(at(middle)) / 2 > middle
        low, high = torch.where(longer, middle, low), torch.where(longer, high, middle)
    u = at(high)
    # The gradient may not see the direction that bends down most: then s = -value, and u goes along it until |u| fits.
    lacking = ((2 * high / bound).square() - norm2(u)).clamp_min(0).sqrt()
    hard = (least > 0) & (lacking > 0.1 * high / bound)
    along = torch.where(model.slope[:, 0] > 0, -lacking, lacking)
    return torch.cat([torch.where(hard, u[:, 0] + along, u[:, 0])[:, None], u[:, 1:]], 1)
