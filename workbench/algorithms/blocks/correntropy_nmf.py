"""Non-negative factors that do not see gross errors."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Annotated

import torch
from torch import Tensor

from workbench.algorithms.base import Algorithm, Needs, State
from workbench.operators import LinearOperator
from workbench.parameters import Range
from workbench.parametrisations import NonNegativeFactors
from workbench.problem import Problem
from workbench.tensors import Constant, spread

_NORMAL = 1.4826  # the standard deviation of normal numbers over the median of their sizes
_PACE = 0.97  # of a width over the one before


@dataclass(frozen=True)
class CorrentropyState(State):
    """The iterate, and the width of each item in the last step, (B,); infinite before the first."""

    width: Tensor = field(kw_only=True)


@dataclass(frozen=True)
class CorrentropyNMF(Algorithm[CorrentropyState]):
    """W <- W (q y+ H) / ((q (W H^T) + q y-) H), H likewise, q = exp(-(y - W H^T)^2 / (2 width^2)): x = W H^T >= 0.

    Half-quadratic: weights q for the residuals there are, then multiplicative steps for least squares with them. For a
    width that is given, the correntropy loss sum of width^2 (1 - q) falls at every step; left out, it is `scale` times
    the spread of the residuals, from their median, and falls by 3 % a step at most. y- are sizes of negative data.
    Noise and prior are not read.
    He, Hu, Zheng, Kong 2011, doi 10.1109/TIP.2011.2105496; Du, Li, Shen 2012, doi 10.1109/ICDM.2012.39.
    """

    formula = (
        r"W \gets W \odot \frac{(q \odot y) H}{(q \odot W H^\top) H}, \quad q = e^{-(y - W H^\top)^2 / (2 \sigma^2)}"
    )

    width: Annotated[
        float | None,
        Range(1e-3, 10, log=True, limits=(1e-12, 1e12)),
        "residual that counts as gross; found if left out",
    ] = None
    scale: Annotated[float, Range(0.5, 10, log=True, limits=(1e-3, 1e6)), "width over the spread, where found"] = 1.0

    exact = minimises = False
    restarts = True
    needs = Needs(also=("two non-negative factors, as NonNegativeFactors has them", "a Mask or the Identity"))

    def lacks(self, problem: Problem) -> str:
        phi, A = problem.parametrisation, problem.given_operator
        if not isinstance(phi, NonNegativeFactors):
            return f"two non-negative factors, as NonNegativeFactors has them, which {type(phi).__name__} is not"
        gram = A.gram_in("pixels") if isinstance(A, LinearOperator) and not problem.y.is_complex() else None
        if gram is None or not bool(((gram == 0) | (gram == 1)).all()):
            return f"a Mask or the Identity, which {type(A).__name__} is not"
        return super().lacks(problem)

    def init(self, problem: Problem, x: Tensor, rng: torch.Generator) -> CorrentropyState:
        return CorrentropyState(x, width=torch.full((len(x),), torch.inf, dtype=x.dtype, device=x.device))

    def step(self, problem: Problem, state: CorrentropyState, rng: torch.Generator) -> CorrentropyState:
        phi, A = problem.parametrisation, problem.given_operator
        assert isinstance(A, LinearOperator)
        gram = A.gram_in("pixels")
        assert gram is not None
        seen, y = Constant(gram).like(problem.y).expand_as(problem.y), A.adjoint(problem.y)
        views = phi.views(state.x)
        width = self._width(state, seen, y - phi.made(views))
        views = self._updated(views, "w", "h", (seen, y), width)
        swapped = self._updated(views, "h", "w", (seen.mT, y.mT), width)
        return replace(state, x=phi.joined(swapped), width=width, k=state.k + 1)

    def _updated(
        self, views: Mapping[str, Tensor], name: str, other: str, data: tuple[Tensor, Tensor], width: Tensor
    ) -> dict[str, Tensor]:
        """The blocks with a better one of that name, for the data with its axis first."""
        seen, y = data
        mine, its = views[name].square(), views[other].square()
        made = mine @ its.mT
        weight = seen * (-((y - made) / spread(width, y)).square() / 2).exp()
        above = (weight * y.clamp_min(0)) @ its
        below = (weight * (made + (-y).clamp_min(0))) @ its
        ratio = torch.where(below > 0, above / torch.where(below > 0, below, 1), 1)
        return dict(views) | {name: views[name].abs() * ratio.sqrt()}

    def _width(self, state: CorrentropyState, seen: Tensor, rest: Tensor) -> Tensor:
        """The width of each item, (B,)."""
        if self.width is not None:
            return torch.full_like(state.width, self.width)
        sizes = torch.where(seen > 0, rest.abs(), torch.nan).flatten(1)
        largest = sizes.nan_to_num(0).amax(1)
        least = torch.finfo(rest.dtype).eps * largest + torch.finfo(rest.dtype).tiny
        found = (self.scale * _NORMAL * sizes.nanmedian(1).values).nan_to_num(0)
        before = torch.where(state.width.isfinite(), _PACE * state.width, 0)
        return found.maximum(before).maximum(least)
