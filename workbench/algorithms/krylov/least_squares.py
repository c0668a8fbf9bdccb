"""The rectangular system of white noise and a prior |K x|^2, and what Krylov methods on it share."""

import math
from abc import abstractmethod
from dataclasses import dataclass, field
from typing import TypeVar

import torch
from torch import Tensor

from workbench.algorithms.base import Algorithm, Needs, State
from workbench.noise import Likelihood
from workbench.priors import Can
from workbench.problem import Problem
from workbench.tensors import Shape, norm

_LOOK = 10  # reading a number from a GPU makes it wait, so `done` looks at every tenth state only


class System:
    """B = [sqrt(c) A; sqrt(w) K], b = [sqrt(c) y; 0], rows as real vectors (B, n): the objective is |B x - b|^2 / 2."""

    def __init__(self, problem: Problem) -> None:
        self._problem = problem
        self._A, self._K = problem.operator.at(problem.y), problem.prior.linear(problem.operator.in_shape)
        self._c, self._w = problem.noise.lipschitz(problem.y) ** 0.5, problem.prior.outer.lipschitz() ** 0.5

    def forward(self, x: Tensor) -> Tensor:
        return torch.cat([_flat(self._c * self._A(x)), _flat(self._w * self._K(x))], 1)

    def adjoint(self, rows: Tensor) -> Tensor:
        y, dtype = self._problem.y, self._problem.dtype
        above, below = rows.tensor_split([math.prod(y.shape[1:]) * (1 + y.is_complex())], 1)
        w = self._K.adjoint(_shaped(below, self._K.out_shape, dtype))
        return self._c * self._A.adjoint(_shaped(above, self._A.out_shape, y.dtype)) + self._w * w

    def residual(self, x: Tensor) -> Tensor:
        """b - B x."""
        y = _flat(self._c * self._problem.y)
        return torch.nn.functional.pad(y, (0, self.forward(x).shape[1] - y.shape[1])) - self.forward(x)

    def floor(self) -> Tensor:
        """What rounding leaves of |B*(b - B x)|, (B,)."""
        slope = norm(self.adjoint(self.residual(self._problem.zeros())))
        return torch.finfo(slope.dtype).eps * slope


def _flat(x: Tensor) -> Tensor:
    return (torch.view_as_real(x.resolve_conj()) if x.is_complex() else x).flatten(1)


def _shaped(rows: Tensor, shape: Shape, dtype: torch.dtype) -> Tensor:
    if dtype.is_complex:
        return torch.view_as_complex(rows.reshape(len(rows), *shape, 2))
    return rows.reshape(len(rows), *shape)


@dataclass(frozen=True)
class LeastSquaresState(State):
    """The iterate; an item rests once its |B*(b - B x)|, `slope`, is down at `floor`, (B,) each."""

    slope: Tensor = field(kw_only=True)
    floor: Tensor = field(kw_only=True)


L = TypeVar("L", bound=LeastSquaresState)


class LeastSquares(Algorithm[L]):
    """What the methods on `System` share."""

    restarts = True  # a Krylov space belongs to one system only
    needs = Needs(
        prior=Can.QUADRATIC | Can.SPLIT,
        noise=Likelihood.QUADRATIC | Likelihood.GRAD | Likelihood.LIPSCHITZ,
        linear=True,
    )

    def lacks(self, problem: Problem) -> str:
        return super().lacks(problem) or unweighted(problem)

    @abstractmethod
    def init(self, problem: Problem, x: Tensor, rng: torch.Generator) -> L: ...

    def done(self, state: L) -> bool:
        return state.k % _LOOK == 0 and bool((state.slope <= state.floor).all())


def unweighted(problem: Problem) -> str:
    """What a quadratic problem lacks of being least squares with one weight for A and one for K."""
    if problem.noise.strong_convexity(problem.y) < problem.noise.lipschitz(problem.y):
        return f"white noise, which {type(problem.noise).__name__} is not"
    outer = problem.prior.outer
    if Can.GRAD not in outer.can or outer.strong_convexity() < outer.lipschitz():
        return f"a prior |K x|^2 of one weight, which {type(problem.prior).__name__} is not"
    if problem.prior.grad(problem.zeros()).any():
        return f"a prior that is least at 0, which {type(problem.prior).__name__} is not"
    return ""
