"""Least squares in one block after the other."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

import torch
from torch import Tensor

from workbench.algorithms.base import Algorithm, Needs, State, white
from workbench.algorithms.blocks.parts import BlockView, blocks_of, lacks_blocks, quadratic_in_blocks
from workbench.linalg import attainable, cg
from workbench.noise import Likelihood
from workbench.operators import LinearOperator
from workbench.parameters import Range
from workbench.parametrisations import LowRank
from workbench.priors import OnUnknown, Prior, Tikhonov, Zero
from workbench.problem import Problem
from workbench.tensors import Constant, real_of

_RANK = 1e-12  # of the largest eigenvalue: below, a row sees nothing along that column


@dataclass(frozen=True)
class AlternatingMinimisation(Algorithm[State]):
    """u_b <- argmin over u_b of the objective, for each block b in turn, the others held.

    Exact: for two factors and an operator that is diagonal in the pixels, such as Mask, small systems row by row, in
    time linear in the seen entries; elsewhere conjugate gradients. The objective falls at every step.
    Jain, Netrapalli, Sanghavi 2013, doi 10.48550/arXiv.1212.0467;
    Grippo, Sciandrone 2000, doi 10.1016/S0167-6377(99)00074-7.
    """

    formula = r"u_b \gets \mathrm{argmin}_{u_b} F(u_1, \dots, u_b, \dots, u_n)"

    inner: Annotated[int, Range(1, 500, log=True, limits=(1, 100_000)), "conjugate gradients a block, at most"] = 100

    needs = Needs(
        noise=Likelihood.QUADRATIC | Likelihood.GRAD,
        also=("a picture linear in each block, such as LowRank's", "a quadratic prior"),
    )

    def lacks(self, problem: Problem) -> str:
        if missing := lacks_blocks(problem) or super().lacks(problem):
            return missing
        if not problem.given_operator.linear:
            return f"a linear operator, which {type(problem.given_operator).__name__} is not"
        quadratic = quadratic_in_blocks(problem.prior)
        return "" if quadratic else f"a quadratic prior, which {type(problem.prior.given).__name__} is not"

    def step(self, problem: Problem, state: State, rng: torch.Generator) -> State:
        closed, u = _closed(problem), state.x
        for block in blocks_of(problem):
            u = self._solved(problem, block, u) if closed is None else closed(u, block.name)
        return State(u, state.k + 1, state.measured)

    def _solved(self, problem: Problem, block: BlockView, u: Tensor) -> Tensor:
        """u with the best block, from the one there is."""
        J, bend = problem.operator.at(u), problem.prior.hessian(u)
        clean = problem.operator(u)
        slope = J.adjoint(problem.noise.grad(clean, problem.y)) + problem.prior.grad(u)

        def hessian(v: Tensor) -> Tensor:
            seen = J.adjoint(problem.noise.hvp(clean, problem.y, J(v))) + bend(v)
            return block.alone(seen)

        # Of the block and not of its change: at the minimum the change's right side is rounding, with no solution.
        here = block.alone(u)
        best = cg(hessian, hessian(here) - block.alone(slope), here, attainable(_RANK, u.dtype), self.inner)
        return block.within(u, best)


def _closed(problem: Problem) -> Callable[[Tensor, str], Tensor] | None:
    """u and the name of a factor -> u with the best factor, in closed form; None where there is none."""
    phi, A = problem.parametrisation, problem.given_operator
    ridge = _ridge(problem.prior)
    gram = A.gram_in("pixels") if isinstance(A, LinearOperator) else None
    if not isinstance(phi, LowRank) or gram is None or ridge is None or not white(problem):
        return None
    assert isinstance(A, LinearOperator)
    seen, back = Constant(gram).like(problem.y.real), A.adjoint(problem.y)
    ridge = ridge / problem.noise.lipschitz(problem.y)

    def solved(u: Tensor, name: str) -> Tensor:
        views = phi.views(u)
        if name == "left":
            return phi.joined(views | {name: _rows(seen, back, views["right"], ridge)})
        return phi.joined(views | {name: _rows(seen.mT, back.mT, views["left"], ridge)})

    return solved


def _ridge(prior: Prior) -> float | None:
    """The w of a prior w |u|^2 / 2 of the unknown; None where it is none."""
    if isinstance(prior, Zero):
        return 0.0
    return prior.prior.lipschitz() if isinstance(prior, OnUnknown) and isinstance(prior.prior, Tikhonov) else None


def _rows(seen: Tensor, back: Tensor, factor: Tensor, ridge: float) -> Tensor:
    """Each row u_i of argmin sum_j seen_ij |u_i v_j - target_ij|^2 + ridge |u_i|^2, `back` = seen target, the least."""
    rank = factor.shape[-1]
    pairs = (factor.conj()[..., :, None] * factor[..., None, :]).flatten(-2)
    gram = (seen.to(factor.dtype) @ pairs).unflatten(-1, (rank, rank))
    values, vectors = torch.linalg.eigh(gram)
    values = values + ridge
    floor = _RANK ** (1.0 if values.dtype == torch.float64 else 0.5) * values[..., -1:]
    inverse = torch.where(values > floor, 1 / values.clamp_min(torch.finfo(real_of(values.dtype)).tiny), 0)
    right = back.to(factor.dtype) @ factor.conj()
    along = (vectors.mH @ right[..., None])[..., 0]
    return (vectors @ (inverse * along)[..., None])[..., 0]
