"""Algebraic reconstruction: Landweber, SIRT, SART and Kaczmarz, with a constraint or none."""

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Annotated

import torch
from torch import Tensor

from workbench.algorithms.base import Algorithm, Needs, State
from workbench.algorithms.gradient import GradientMethod, forward_backward, found_step, proximal_step
from workbench.algorithms.lines import rounding_of
from workbench.algorithms.parabola import Bent
from workbench.linalg import power_norm
from workbench.noise import Likelihood
from workbench.operators import LinearOperator
from workbench.parameters import Range
from workbench.priors import Can
from workbench.problem import Problem
from workbench.tensors import Each, least, spread, times

POSITIVE = "an operator without negative entries"
_SUMS = Needs(Can.PROJECTION, Likelihood.GRAD | Likelihood.LIPSCHITZ, linear=True, white=True, also=(POSITIVE,))

Relax = Annotated[float, Range(0.1, 1.9, limits=(0, 2)), "relaxation: 1 solves the equations it looks at"]
Count = Annotated[int, Range(1, 64, log=True, limits=(1, 1e6)), "parts of the data, looked at one after another"]


@dataclass(frozen=True)
class Landweber(GradientMethod):
    """x <- P(x - relax / L grad misfit(x)), P the projection onto the prior's constraint, if it is one.

    Below 2 the misfit falls at every step; stopped early, it is a regularisation. Where the misfit bends unevenly, L is
    its bend at hand. Landweber 1951, doi 10.2307/2372313; Bertero & Boccacci 1998, doi 10.1887/0750304359.
    """

    relax: Annotated[float, Range(0.1, 1.9, limits=(0, 2)), "step in units of 1 / L"] = 1.0

    needs = Needs(prior=Can.PROJECTION, noise=Likelihood.GRAD)

    def step(self, problem: Problem, state: Bent, rng: torch.Generator) -> Bent:
        return proximal_step(problem, state, None, self.relax)

    def length(self, state: State) -> Each:
        return self.relax * found_step(state)


@dataclass(frozen=True)
class Swept(State):
    """The iterate, and the objective that it must not exceed, (B,)."""

    ceiling: Tensor = field(kw_only=True)


@dataclass(frozen=True)
class RowAction(Algorithm):
    """x <- sweep(x); an item that would end above its start takes a gradient step of 1/L instead."""

    needs = Needs(prior=Can.PROJECTION, noise=Likelihood.GRAD | Likelihood.LIPSCHITZ, linear=True, white=True)

    @abstractmethod
    def sweep(self, problem: Problem, state: Swept) -> Tensor:
        """The next iterate, all data looked at once."""

    def measure(self, problem: Problem) -> Mapping[str, Each]:
        return {"lipschitz": problem.lipschitz()}

    def init(self, problem: Problem, x: Tensor, rng: torch.Generator) -> Swept:
        return Swept(x, 0, self.measure(problem), ceiling=problem.objective(x))

    def step(self, problem: Problem, state: Swept, rng: torch.Generator) -> Swept:
        x = self.sweep(problem, state)
        below = problem.objective(x) <= state.ceiling + rounding_of(state.ceiling, x)
        if not bool(below.all()):
            plain = forward_backward(problem, state.x, found_step(state))
            x = torch.where(spread(below, x), x, plain)
        return replace(state, x=x, k=state.k + 1)

    def adapt(self, problem: Problem, state: Swept) -> Swept:
        return replace(state, measured=self.measure(problem), ceiling=problem.objective(state.x))


@dataclass(frozen=True)
class Kaczmarz(RowAction):
    """x <- P(x + relax A_s* (y_s - A_s x) / |A_s|^2) for each block s of rows in turn, P onto the constraint.

    With as many blocks as data each step meets one equation: ART. Where the equations have solutions it converges
    to the one nearest to the start; where they have none, to a cycle, held below the start. Kaczmarz 1937, Bull. Acad.
    Polon. Sci. A 35, 355; Gordon et al. 1970, doi 10.1016/0022-5193(70)90109-8; Elfving 1980, doi 10.1007/BF01396365.
    """

    relax: Relax = 1.0
    blocks: Count = 16

    exact = False

    def measure(self, problem: Problem) -> Mapping[str, Each]:
        parts = _linear(problem).blocks(self.blocks)
        norms = {f"norm {s}": power_norm(part.operator, problem.zeros()) for s, part in enumerate(parts)}
        return {**super().measure(problem), **norms}

    def sweep(self, problem: Problem, state: Swept) -> Tensor:
        x, parts = state.x, _linear(problem).blocks(self.blocks)
        for s in spaced(len(parts)):
            # Blocks whose number was changed in the middle of a run have no norm of their own yet.
            norm = state.measured.get(f"norm {s}", 0.0) if f"norm {len(parts)}" not in state.measured else 0.0
            step = self.relax / norm**2 if least(norm) else self.relax * found_step(state)
            rest = parts[s].part(problem.y) - parts[s].operator(x)
            x = problem.prior.prox(x + times(step, parts[s].operator.adjoint(rest)), 1.0)
        return x


@dataclass(frozen=True)
class SART(RowAction):
    """x <- P(x + relax C A_s* R_s (y_s - A_s x)) for each block s in turn: 1 / R_s sums of rows, 1 / C of columns.

    Of the columns' sums over a block the largest counts, so that all blocks contract in one norm. Solves equations that
    have a solution; else it cycles, held below its start.
    Andersen & Kak 1984, doi 10.1177/016173468400600107; Jiang & Wang 2003, doi 10.1109/TIP.2003.815295.
    """

    relax: Relax = 1.0
    blocks: Count = 16

    needs = _SUMS
    exact = False

    def lacks(self, problem: Problem) -> str:
        return super().lacks(problem) or signed(problem)

    def sweep(self, problem: Problem, state: Swept) -> Tensor:
        x, parts = state.x, _linear(problem).blocks(self.blocks)
        data = [part.part(problem.y) for part in parts]
        sums = [column_sums(part.operator, y) for part, y in zip(parts, data, strict=True)]
        columns = torch.stack(sums).amax(0)
        for s in spaced(len(parts)):
            x = problem.prior.prox(_averaged(parts[s].operator, columns, x, data[s], self.relax), 1.0)
        return x


@dataclass(frozen=True)
class SIRT(RowAction):
    """x <- P(x + relax C A* R (y - A x)), 1 / C and 1 / R the sums of A's columns and rows, P onto the constraint.

    Below 2 the residual weighted by R falls at every step to its least; the objective stays below its start.
    Gilbert 1972, doi 10.1016/0022-5193(72)90180-4; Gregor & Benson 2008, doi 10.1109/TMI.2008.923696.
    """

    relax: Relax = 1.0

    needs = _SUMS

    def lacks(self, problem: Problem) -> str:
        return super().lacks(problem) or signed(problem)

    def sweep(self, problem: Problem, state: Swept) -> Tensor:
        A = _linear(problem)
        return problem.prior.prox(_averaged(A, column_sums(A, problem.y), state.x, problem.y, self.relax), 1.0)


def signed(problem: Problem) -> str:
    """What a method for operators without negative entries lacks; empty where it has it."""
    operator = problem.operator
    if problem.dtype.is_complex:
        return "a real unknown, which this one is not"
    if not (isinstance(operator, LinearOperator) and operator.nonnegative):
        return f"{POSITIVE}, which {type(operator).__name__} is not known to be"
    return ""


def spaced(count: int) -> list[int]:
    """The blocks in an order that puts neighbours far apart in time: their bits reversed."""
    return sorted(range(count), key=lambda s: f"{s:032b}"[::-1])


def reciprocal_sums(sums: Tensor) -> Tensor:
    """1 / sums, and 0 for rows or columns of zeros."""
    seen = sums > 1e-6 * sums.amax()
    return torch.where(seen, 1 / torch.where(seen, sums, 1), 0)


def column_sums(A: LinearOperator, y: Tensor) -> Tensor:
    """The sum of each column of A, (1, *in_shape)."""
    return A.adjoint(torch.ones_like(y[:1]))


def _averaged(A: LinearOperator, columns: Tensor, x: Tensor, y: Tensor, relax: float) -> Tensor:
    """One simultaneous step on the rows of A."""
    rows = A(torch.ones_like(x[:1]))
    return x + relax * reciprocal_sums(columns) * A.adjoint(reciprocal_sums(rows) * (y - A(x)))


def _linear(problem: Problem) -> LinearOperator:
    return problem.operator.at(problem.y)
