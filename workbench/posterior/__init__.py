"""The exact posterior of linear problems with Gaussian noise: what samplers are held against."""

from dataclasses import dataclass, replace
from typing import get_args

import torch
from torch import Tensor

from workbench.noise import Likelihood
from workbench.operators import Basis, LinearOperator
from workbench.posterior.covariance import LARGEST, Covariance, DenseCovariance, ModeCovariance, columns, flat
from workbench.priors import Can, GaussianMixture
from workbench.problem import Problem
from workbench.tensors import abs2, complex_of, dot, normal_like, spread

_SINGULAR = 1e-13  # least eigenvalue of a Hessian over the largest


@dataclass(frozen=True)
class Posterior:
    """p(x | y) = sum_k weights_k N(means_k, S) of each item of the batch: one component, but behind a mixture.

    `weights` (B, K); `means` (B, K, *shape), float64 or complex128; `within`, S, is the same for all.
    """

    weights: Tensor
    means: Tensor
    within: Covariance

    @property
    def mean(self) -> Tensor:
        """E[x | y], (B, *shape)."""
        return (spread(self.weights, self.means) * self.means).sum(1)

    @property
    def variance(self) -> Tensor:
        """The variance of each pixel, (B, *shape), real; of a complex one E|x - mean|^2."""
        between = abs2(self.means - self.mean[:, None])
        return self.within.diagonal() + (spread(self.weights, between) * between).sum(1)

    @property
    def covariance(self) -> Tensor:
        """All covariances, (B, N, N); of a complex pixel the real part comes before the imaginary part.

        Refuses more than LARGEST rows.
        """
        away = self.means - self.mean[:, None]
        rows = flat(away.flatten(0, 1)).unflatten(0, self.weights.shape)
        return self.within.matrix() + torch.einsum("bk,bki,bkj->bij", self.weights, rows, rows)

    def sample(self, count: int, rng: torch.Generator, item: int = 0) -> Tensor:
        """So many independent samples of p(x | y) of one item of the batch, (count, *shape)."""
        chosen = torch.multinomial(self.weights[item], count, replacement=True, generator=rng)
        centres = self.means[item][chosen]
        return centres + self.within.root(normal_like(centres, rng))


def exact(problem: Problem) -> Posterior | None:
    """The posterior behind a linear operator with Gaussian noise, of a quadratic prior or a mixture of such.

    None where there is no closed form, or where data and prior leave a direction free. Without a basis that makes the
    Hessian diagonal its matrix is made and factored: seconds for LARGEST unknowns; Refusal above.
    """
    prior = problem.prior
    known = isinstance(prior, GaussianMixture) or Can.QUADRATIC in prior.can
    if not (known and problem.operator.linear and Likelihood.QUADRATIC in problem.noise.can):
        return None
    y = problem.y.to(complex_of(torch.float64) if problem.y.is_complex() else torch.float64)
    if isinstance(prior, GaussianMixture):
        problem = replace(problem, y=y, truth=None, prior=prior.process)
        centres = prior.centres(problem.zeros()).to(problem.dtype)
        slopes = [problem.misfit_grad(centre.expand(problem.shape)) for centre in centres]
    else:
        problem = replace(problem, y=y, truth=None)
        centres = problem.zeros()[:1]
        slopes = [problem.misfit_grad(problem.zeros()) + prior.grad(problem.zeros())]
    within = _modes(problem) or _factored(problem)
    return None if within is None else _mixed(problem, centres, slopes, within)


def _mixed(problem: Problem, centres: Tensor, slopes: list[Tensor], within: Covariance) -> Posterior:
    """Each component moves by -S slope, and has the evidence exp(-misfit(centre) + <slope, S slope> / 2)."""
    moves = [-within(slope) for slope in slopes]
    logits = [
        -problem.misfit(centre.expand(problem.shape)) - dot(slope, move) / 2
        for centre, slope, move in zip(centres, slopes, moves, strict=True)
    ]
    means = [centre + move for centre, move in zip(centres, moves, strict=True)]
    return Posterior(torch.stack(logits, 1).softmax(1), torch.stack(means, 1), within)


def _modes(problem: Problem) -> ModeCovariance | None:
    """The covariance where a basis makes operator and prior diagonal and the noise is white."""
    operator, zeros = problem.operator, problem.zeros()[:1]
    precision = problem.noise.lipschitz(problem.y)
    if not isinstance(operator, LinearOperator) or problem.noise.strong_convexity(problem.y) < precision:
        return None
    for basis in get_args(Basis):
        gram, own = operator.gram_in(basis), problem.prior.spectrum(zeros, basis)
        if gram is not None and own is not None:
            values = precision * gram.to(own) + own[0]
            return ModeCovariance(values, basis, problem.dtype) if values.min() > _SINGULAR * values.max() else None
    return None


def _factored(problem: Problem) -> DenseCovariance | None:
    """The covariance by the Cholesky factor of the Hessian's matrix."""

    def hessian(v: Tensor) -> Tensor:
        y = problem.y[:1].expand(len(v), *problem.y.shape[1:])
        return replace(problem, y=y).gauss_newton(torch.zeros_like(v))(v)

    matrix = columns(hessian, problem.operator.in_shape, problem.dtype, problem.y.device)
    factor, failed = torch.linalg.cholesky_ex((matrix + matrix.T) / 2)
    steps = factor.diagonal().square()
    if failed or steps.min() <= _SINGULAR * steps.max():
        return None
    return DenseCovariance(factor, problem.operator.in_shape, problem.dtype)


__all__ = ["LARGEST", "Covariance", "DenseCovariance", "ModeCovariance", "Posterior", "exact"]
