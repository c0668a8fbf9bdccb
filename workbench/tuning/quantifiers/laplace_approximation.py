"""Intervals from the curvature at the minimum."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Annotated

import torch
from torch import Tensor

from workbench.algorithms import Algorithm
from workbench.analysis.chains import Interval
from workbench.noise import Likelihood
from workbench.parameters import Range
from workbench.posterior import LARGEST, DenseCovariance, exact
from workbench.posterior.covariance import columns
from workbench.priors import NEEDS_IN_WORDS, Can
from workbench.problem import Problem
from workbench.refusal import Refusal
from workbench.tensors import in_double, norm
from workbench.tuning.conformal import reconstructed
from workbench.tuning.quantifiers.quantifier import QuantifiedPicture, Quantifier
from workbench.tuning.unmet import aimless, elsewhere

_AT_REST = 1e-2  # of the gradient of the misfit: what a minimum leaves of the gradient


@dataclass(frozen=True)
class LaplaceApproximation(Quantifier):
    """x -+ z sqrt((H^-1)_ii), H the Hessian of the objective at its minimum x, z the normal quantile of the share.

    The posterior as a normal density there: exact for quadratic priors, linear operators and Gaussian noise, and then
    by modes where one basis makes all diagonal, else by a matrix of a few thousand unknowns. MacKay 1992,
    doi 10.1162/neco.1992.4.3.415.
    """

    share: Annotated[float, Range(0.5, 0.99, limits=(0.01, 0.9999)), "share of the posterior inside"] = 0.9

    def unmet(self, problem: Problem, algorithm: Algorithm) -> str:
        prior, noise = problem.prior, problem.noise
        if of := elsewhere(problem, real=True):
            return f"it is {of}: take SplitConformal"
        smooth = Likelihood.GRAD in noise.can
        if not smooth or Can.HVP not in prior.can:
            name, lacks = (prior, NEEDS_IN_WORDS[Can.HVP]) if smooth else (noise, "a gradient")
            name = type(name).__name__
            return f"{name} lacks {lacks}: take a smooth one, as SmoothedTotalVariation or Tikhonov, or SplitConformal"
        if (sentence := aimless(algorithm)) and Can.QUADRATIC not in prior.can:
            return f"{sentence}: take one that does, such as LBFGS, or SplitConformal"
        if problem.zeros()[0].numel() > LARGEST and Can.QUADRATIC not in prior.can:
            return f"its matrix is of at most {LARGEST} unknowns: take a smaller picture, or SplitConformal"
        return ""

    def pictures(self, problem: Problem, algorithm: Algorithm, steps: int) -> Iterator[QuantifiedPicture]:
        if sentence := self.unmet(problem, algorithm):
            raise Refusal("an objective with a curvature", "one without", sentence)
        known = exact(problem)
        if known is not None:
            yield self._picture(known.mean[0], known.variance[0], "exactly: the posterior is normal")
            return
        one = replace(problem, y=in_double(problem.y[:1]), truth=None)
        x = reconstructed(problem, algorithm, steps)[:1].double()
        slope, pull = one.misfit_grad(x) + one.prior.grad(x), one.misfit_grad(x)
        rest = float(norm(slope) / norm(pull).clamp_min(torch.finfo(pull.dtype).tiny))
        warning = f"the gradient is {rest:.0%} of that of the misfit: x is not the minimum yet, take more steps"
        variance = _variance(one, x)
        yield self._picture(x[0], variance, "as a normal density around x", warning * (rest > _AT_REST))

    def _picture(self, mean: Tensor, variance: Tensor, how: str, warning: str = "") -> QuantifiedPicture:
        z = math.sqrt(2) * float(torch.erfinv(torch.tensor(self.share, dtype=torch.float64)))
        half = z * variance.sqrt()
        said = f"{self.share:.0%} of the posterior of each pixel lies inside, {how}, if the prior is true"
        return QuantifiedPicture(Interval(self.share, mean - half, mean + half), said, warning)


def _variance(one: Problem, x: Tensor) -> Tensor:
    """The diagonal of H^-1 at x, (C, *space)."""

    def hessian(v: Tensor) -> Tensor:
        count = len(v)
        many = replace(one, y=one.y.expand(count, *one.y.shape[1:]))
        return many.hessian(x.expand(count, *x.shape[1:]))(v)

    with torch.no_grad():
        matrix = columns(hessian, one.operator.in_shape, one.dtype, one.y.device)
        factor, failed = torch.linalg.cholesky_ex((matrix + matrix.T) / 2)
    if failed:
        remedy = "take more steps, or a prior that sees every direction"
        raise Refusal("a Hessian that is positive at x", "one that is not: x is no minimum", remedy)
    return DenseCovariance(factor, one.operator.in_shape, one.dtype).diagonal()
