"""The Hessians of a problem at an iterate: of the data term, of the prior and of their sum, for blocks of vectors."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from torch import Tensor

from workbench.noise import Gaussian
from workbench.operators import Basis, LinearOperator, Map
from workbench.priors import Can, Prior, Zero
from workbench.problem import Problem
from workbench.refusal import Refusal

BASES: tuple[Basis, ...] = ("fourier", "cosine", "pixels")


@dataclass(frozen=True)
class Hessians:
    """Three self-adjoint operators, v -> H v for v of any batch, at the one iterate x, (1, *in_shape).

    `note` says in a sentence what stands for a prior without Hessian; empty where nothing does.
    """

    data: LinearOperator
    prior: LinearOperator
    objective: LinearOperator
    problem: Problem
    x: Tensor
    note: str = ""


def hessians(problem: Problem, x: Tensor, gauss_newton: bool = False, width: float = 0.01) -> Hessians:
    """The Hessians at x; `gauss_newton` leaves out the bend of the operator, and so never has negative curvature.

    A prior with kinks is rounded off over `width`; one that cannot be is refused.
    """
    if len(x) != 1 or len(problem.y) != 1:
        raise Refusal("one iterate of one set of data", f"a batch of {len(x)} and {len(problem.y)}", "take x[k:k+1]")
    smooth = problem.prior.smoothed(width)
    used = replace(problem, prior=smooth, truth=None)
    curvature = Problem.gauss_newton if gauss_newton else Problem.hessian

    def prior_at(count: int) -> LinearOperator:
        there = x.expand(count, *x.shape[1:])
        shapes = (problem.operator.in_shape, problem.operator.in_shape)
        bend = smooth.hessian(there)
        return Map(shapes, bend, bend)

    return Hessians(
        blocks(used, lambda count: curvature(*repeated(replace(used, prior=Zero()), x, count))),
        blocks(used, prior_at),
        blocks(used, lambda count: curvature(*repeated(used, x, count))),
        used,
        x,
        _note(problem.prior, smooth, width),
    )


def exact(found: Hessians) -> tuple[Tensor, Tensor] | None:
    """The eigenvalues of data term and prior mode by mode, (n,) float64 each, where one basis diagonalises both.

    Their sum is the spectrum of the objective. A complex unknown has every mode twice. None where there is no such
    basis: Fourier, cosines or pixels, with white Gaussian noise.
    """
    problem = found.problem
    if not isinstance(problem.operator, LinearOperator) or not isinstance(problem.noise, Gaussian):
        return None
    precision = float(problem.noise.precision(problem.y).flatten()[0])
    for basis in BASES:
        data, prior = problem.operator.gram_in(basis), problem.prior.spectrum(found.x, basis)
        if data is not None and prior is not None:
            copies = 2 if found.x.is_complex() else 1
            return (precision * data).flatten().repeat(copies), prior.double().cpu().flatten().repeat(copies)
    return None


def _note(prior: Prior, smooth: Prior, width: float) -> str:
    if Can.HVP in prior.can:
        return ""
    names = type(prior).__name__, type(smooth).__name__
    return f"{names[0]} has no Hessian at a kink: shown is that of {names[1]}, rounded off over {width:g}"


def repeated(problem: Problem, x: Tensor, count: int) -> tuple[Problem, Tensor]:
    """The problem and its one iterate, `count` times each."""
    y = problem.y.expand(count, *problem.y.shape[1:])
    return replace(problem, y=y), x.expand(count, *x.shape[1:]).contiguous()


def blocks(problem: Problem, make: Callable[[int], LinearOperator]) -> LinearOperator:
    """An operator that takes any batch, from one that is made for each size of it."""
    made: dict[int, LinearOperator] = {}

    def apply(v: Tensor) -> Tensor:
        if len(v) not in made:
            made[len(v)] = make(len(v))
        return made[len(v)](v)

    shape, field = problem.operator.in_shape, problem.operator.field
    return Map((shape, shape), apply, apply, field)
