"""Conjugate gradients on any smooth objective."""

from dataclasses import dataclass, field, replace
from typing import Annotated, Literal

import torch
from torch import Tensor

from workbench.algorithms.first_order.line_search_descent import LineSearchDescent
from workbench.algorithms.steps.line_search import LineSearchState, Point, Rule, search
from workbench.parameters import Range
from workbench.problem import Problem
from workbench.tensors import dot, norm, norm2, spread

_GROWTH = 10.0


@dataclass(frozen=True)
class NonlinearCGState(LineSearchState):
    """The last search direction besides, and the slope along it, (B,)."""

    direction: Tensor = field(kw_only=True)
    downhill: Tensor = field(kw_only=True)


@dataclass(frozen=True)
class NonlinearConjugateGradient(LineSearchDescent[NonlinearCGState]):
    """x <- x + step d, d <- -g + beta d, beta = <g, g - g before> / |g before|^2 or 0 (Polak & Ribiere), or Hager's
    and Zhang's; the step by a search that meets Wolfe's conditions.

    The objective falls at every step and the gradient goes to 0; on a quadratic, conjugate gradients. Polak & Ribiere
    1969, doi 10.1051/m2an/196903R100351; Hager & Zhang 2005, doi 10.1137/030601880.
    """

    formula = (
        r"x \gets x + \tau d, \quad d \gets -g + \beta d, \quad \beta = \max\left(0, \frac{\langle g, g - "
        r"g_{-}\rangle}{|g_{-}|^2}\right)"
    )

    beta: Annotated[Literal["polak-ribiere", "hager-zhang"], "how much of the last direction stays"] = "polak-ribiere"
    curvature: Annotated[float, Range(0.01, 0.9, limits=(1e-6, 0.99)), "share of the slope a search may leave"] = 0.1

    def begin(self, state: LineSearchState) -> NonlinearCGState:
        return NonlinearCGState(**vars(state), direction=-state.slope, downhill=-norm2(state.slope))

    def step(self, problem: Problem, state: NonlinearCGState, rng: torch.Generator) -> NonlinearCGState:
        d = state.direction
        new, step = search(problem, state, d, Rule(min(0.01, self.curvature / 2), self.curvature))
        onward = -new.slope + spread(self._beta(state, new), d) * d
        down = dot(new.slope, onward)
        # A search that found nothing, or a direction that does not descend: once more along the gradient.
        lost = (step == 0) | (down >= 0)
        onward = torch.where(spread(lost, d), -new.slope, onward)
        down = torch.where(lost, -norm2(new.slope), down)
        # What the last step promised, promised again; slopes that are rounding make no ratio.
        ahead = (step * state.downhill / down).minimum(_GROWTH * step)
        step = torch.where((step > 0) & ahead.isfinite() & (ahead > 0), ahead, state.step)
        return replace(state, **new._asdict(), step=step, direction=onward, downhill=down, k=state.k + 1)

    def _beta(self, state: NonlinearCGState, new: Point) -> Tensor:
        g, d, z = new.slope, state.direction, new.slope - state.slope
        if self.beta == "polak-ribiere":
            found, least = dot(g, z) / norm2(state.slope), torch.zeros_like(new.value)
        else:
            dz = dot(d, z)
            found = dot(z - spread(2 * norm2(z) / dz, z) * d, g) / dz
            least = -1 / (norm(d) * norm(state.slope).clamp_max(0.01))
        return torch.where(found.isfinite(), found, 0.0).maximum(torch.where(least.isfinite(), least, 0.0))
