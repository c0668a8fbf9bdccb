"""Points in closed form, where one basis makes the data's Hessian and the prior's diagonal."""

from typing import NamedTuple, get_args

import torch
from torch import Tensor

from workbench.algorithms.base import white
from workbench.operators import Basis, LinearOperator
from workbench.operators.diagonalisation import RANK, reciprocal
from workbench.posterior.covariance import in_basis
from workbench.priors import Can
from workbench.problem import Problem
from workbench.stopping.risk import risk_of
from workbench.tuning.path import PathPoint


class Modes(NamedTuple):
    """The eigenvalues of A*A and of the prior's Hessian in a basis, (C, *space) float64, and how precise data are."""

    gram: Tensor
    own: Tensor
    basis: Basis
    precision: float

    @property
    def hessian(self) -> Tensor:
        return self.precision * self.gram + self.own


def modes(problem: Problem) -> Modes | None:
    """The modes of a quadratic problem with white noise; None where no basis is known that makes it diagonal."""
    operator, zeros = problem.operator, problem.zeros()[:1]
    if not (isinstance(operator, LinearOperator) and Can.QUADRATIC in problem.prior.can and white(problem)):
        return None
    for basis in get_args(Basis):
        gram, own = operator.gram_in(basis), problem.prior.spectrum(zeros, basis)
        if gram is not None and own is not None:
            gram, own = gram.double().to(own.device), own[0].double()
            return Modes(gram, own.expand(gram.shape), basis, problem.noise.lipschitz(problem.y))
    return None


def closed_point(problem: Problem, weight: float, found: Modes) -> PathPoint:
    """The minimum by one division a mode, and the traces of its map from data to picture, exact."""
    slope = problem.misfit_grad(problem.zeros()) + problem.prior.grad(problem.zeros())
    gain = reciprocal(found.hessian)
    x = -in_basis(slope, gain.to(slope.real), found.basis)
    clean = problem.operator(x)
    count = len(problem.y) * (2 if problem.dtype.is_complex else 1)
    seen = torch.where(found.gram > RANK * found.gram.max(), gain, 0)
    optimism = count * float((gain * found.gram).sum())
    # The noise is white: where data follow themselves does not matter, but that it is where they depend on x.
    even = optimism / (len(clean) * int(problem.seen.sum())) * problem.seen.double()
    return PathPoint(
        weight,
        x,
        clean,
        float(problem.noise.nll(clean, problem.y).sum()),
        float(problem.prior(x).sum()),
        0,
        optimism,
        count * float(seen.sum()),
        risk_of(problem, clean, even),
    )
