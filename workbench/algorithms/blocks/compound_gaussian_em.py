"""Expectation and maximisation for the scales of a compound Gaussian."""

import math
from dataclasses import dataclass, field, replace
from typing import Annotated, NamedTuple

import torch
from torch import Tensor

from workbench.algorithms.base import Algorithm, Needs, State
from workbench.noise import Likelihood
from workbench.operators import LinearOperator
from workbench.parameters import Range
from workbench.parametrisations import CompoundGaussian
from workbench.parametrisations.block_priors import BlockPriors
from workbench.priors import Prior, Tikhonov, Zero
from workbench.priors.sparsity.square_blocks import block_means
from workbench.problem import Problem
from workbench.tensors import Constant, real_of, times

_MOST = 4096  # data: their covariance is a matrix of so many rows
_NEWTON = 30  # steps for one number; ten are enough
_DEEP = -80.0  # of the logarithm of a scale


class Weights(NamedTuple):
    """The weights of the Gaussian numbers and of the logarithms of their scales."""

    gaussian: float
    log_scale: float


@dataclass(frozen=True)
class CompoundGaussianState(State):
    """The iterate, g being its mean over the scale, and A as a matrix, (data, pixels); None where it is diagonal."""

    matrix: Tensor | None = field(kw_only=True)


@dataclass(frozen=True)
class CompoundGaussianEM(Algorithm[CompoundGaussianState]):
    """v <- argmax of E log p(x, v | y), x having its posterior N(m, S) of the old v; then g = e^-v m: x = e^v g.

    The Gaussian numbers are integrated out, and p(v | y) rises at every step: without a weight on v sparse Bayesian
    learning, E x^2 = m^2 + diag S for e^2v, in which scales that are not needed go to 0; with a `side`, squares of
    pixels share a scale, their mean E x^2: block sparse. S is exact, from a matrix of as many rows as data, or in
    closed form where the operator is diagonal in the pixels. Dempster, Laird, Rubin 1977,
    doi 10.1111/j.2517-6161.1977.tb01600.x; Tipping 2001, JMLR 1, 211; Zhang, Rao 2013, doi 10.1109/TSP.2013.2241055.
    """

    formula = r"v \gets \mathrm{argmin}_v \; v + \frac{m^2 + S_{ii}}{2} e^{-2v} + \frac{w}{2} v^2, \quad x = e^v g = m"

    side: Annotated[int, Range(1, 16, unit="px", limits=(1, 10_000)), "side of the blocks that share a scale"] = 1

    exact = minimises = False
    needs = Needs(
        noise=Likelihood.QUADRATIC | Likelihood.GRAD,
        white=True,
        also=("CompoundGaussian, whose blocks have no prior or Tikhonov's", "a linear operator"),
    )

    def lacks(self, problem: Problem) -> str:
        phi, A = problem.parametrisation, problem.given_operator
        if not isinstance(phi, CompoundGaussian):
            return f"scales of normal numbers, as CompoundGaussian has them, which {type(phi).__name__} is not"
        if missing := super().lacks(problem):
            return missing
        if not isinstance(A, LinearOperator):
            return f"a linear operator, which {type(A).__name__} is not"
        if _weights(problem.prior) is None:
            return f"no prior, or OnUnknown(Tikhonov()) of one block, which {type(problem.prior.given).__name__} is not"
        if A.gram_in("pixels") is None and math.prod(A.out_shape) > _MOST:
            return f"at most {_MOST} data, or an operator that is diagonal in the pixels"
        return ""

    def init(self, problem: Problem, x: Tensor, rng: torch.Generator) -> CompoundGaussianState:
        A = problem.given_operator
        assert isinstance(A, LinearOperator)
        if A.gram_in("pixels") is not None:
            return CompoundGaussianState(x, matrix=None)
        n = math.prod(A.out_shape)
        rows = torch.eye(n, dtype=problem.y.dtype, device=problem.y.device).reshape(n, *A.out_shape)
        return CompoundGaussianState(x, matrix=torch.cat([A.adjoint(row) for row in rows.split(1)]).flatten(1))

    def adapt(self, problem: Problem, state: CompoundGaussianState) -> CompoundGaussianState:
        return replace(self.init(problem, state.x, torch.Generator()), k=state.k)

    def step(self, problem: Problem, state: CompoundGaussianState, rng: torch.Generator) -> CompoundGaussianState:
        phi, weights = problem.parametrisation, _weights(problem.prior)
        assert weights is not None
        v = phi.views(state.x)["log_scale"]
        mean, variance = self._posterior(problem, state.matrix, (2 * v).exp() / weights.gaussian)
        square = weights.gaussian * (mean.square() + variance)
        v = _scales(v, block_means(square, self.side), weights.log_scale)
        # What is shown is the mean under the new scales, so that picture and scales belong together.
        mean, _ = self._posterior(problem, state.matrix, (2 * v).exp() / weights.gaussian)
        return replace(state, x=phi.joined({"gaussian": (-v).exp() * mean, "log_scale": v}), k=state.k + 1)

    def _posterior(self, problem: Problem, matrix: Tensor | None, prior: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and variance of each pixel of x ~ N(0, prior) given y."""
        A, precision = problem.given_operator, problem.noise.lipschitz(problem.y)
        assert isinstance(A, LinearOperator)
        if matrix is None:
            gram = A.gram_in("pixels")
            assert gram is not None
            variance = prior / (1 + times(precision, prior) * Constant(gram).like(prior))
            return times(precision, variance * A.adjoint(problem.y)), variance
        scales = prior.flatten(1)
        data = (matrix * scales[:, None]) @ matrix.mT
        data = data + torch.eye(len(matrix), dtype=data.dtype, device=data.device) / precision
        whole = torch.linalg.cholesky(data)
        seen = torch.linalg.solve_triangular(whole, matrix.expand(len(prior), -1, -1), upper=False)
        y = torch.linalg.solve_triangular(whole, problem.y.flatten(1)[..., None], upper=False)
        mean = scales * (seen.mT @ y)[..., 0]
        variance = (scales - scales.square() * seen.square().sum(1)).clamp_min(0)
        return mean.reshape(prior.shape), variance.reshape(prior.shape)


def _scales(v: Tensor, square: Tensor, weight: float) -> Tensor:
    """argmin v + square / 2 e^-2v + weight / 2 v^2, each number by itself: convex, by Newton from below its root."""
    tiny = torch.finfo(real_of(v.dtype)).tiny
    free = 0.5 * square.clamp_min(tiny).log()  # the root without a weight
    if weight == 0:
        return free.clamp_min(_DEEP)
    v = free.clamp_max(0.0)  # where the slope is not above 0: from there Newton's steps go up to the root
    for _ in range(_NEWTON):
        bent = square * (-2 * v).exp()
        v = v + (bent - 1 - weight * v) / (2 * bent + weight)
    return v.clamp_min(_DEEP)


def _weights(prior: Prior) -> Weights | None:
    """The weights; None where the prior says something else."""
    if isinstance(prior, Zero):
        return Weights(1.0, 0.0)
    if not isinstance(prior, BlockPriors) or not all(isinstance(part.prior, Tikhonov) for part in prior.parts):
        return None
    found = {part.block: part.prior.lipschitz() for part in prior.parts}
    weights = Weights(found.get("gaussian", 1.0), found.get("log_scale", 0.0))
    return weights if weights.gaussian > 0 else None
