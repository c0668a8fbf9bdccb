"""Posteriors known exactly, and how far samples are from them."""

from dataclasses import dataclass, replace

import torch
from torch import Tensor

from workbench.noise import Gaussian
from workbench.operators import Downsample, Field, GaussianBlur, LinearOperator, Mask
from workbench.posterior import Posterior, exact
from workbench.posterior.covariance import flat
from workbench.priors import GaussianMixture, GaussianProcess, Prior
from workbench.problem import Problem
from workbench.tensors import complex_of, generator, normal_like

SIGMA = 0.5
PROCESS = GaussianProcess(0.5, 1.0, order=0.5, length=1.0)
# Centres so near that a chain from anywhere visits all of them.
MIXTURE = GaussianMixture(PROCESS, 3, 1.5)
OPERATORS: tuple[LinearOperator, ...] = (GaussianBlur((1, 6, 6), 0.8), Mask((1, 6, 6)), Downsample((2, 4, 4), 2))


@dataclass(frozen=True)
class Case:
    """One posterior, as often in the batch as there are chains."""

    problem: Problem
    posterior: Posterior

    def start(self) -> Tensor:
        """Samples of the prior."""
        return self.problem.prior.sample(self.problem.zeros(), generator(11, 0))


def case(operator: LinearOperator, prior: Prior, chains: int, sigma: float = SIGMA) -> Case:
    """The same data for every chain, of a signal drawn from PROCESS."""
    kind = complex_of(torch.float64) if operator.field == Field.COMPLEX else torch.float64
    truth = PROCESS.sample(torch.zeros(1, *operator.in_shape, dtype=kind), generator(7, 0))
    one = Problem.simulate(operator, Gaussian(sigma), prior, truth)
    posterior = exact(one)
    assert posterior is not None
    return Case(replace(one, y=one.y.expand(chains, *one.y.shape[1:]).clone(), truth=None), posterior)


@dataclass(frozen=True)
class Errors:
    """Of the means in posterior deviations and of the variances relative, over pixels root mean square; what the
    intervals of the samples hold of the posterior; sliced Wasserstein distance (W2) in posterior deviations."""

    mean: float
    variance: float
    cover_50: float
    cover_90: float
    wasserstein: float


def errors(samples: Tensor, posterior: Posterior) -> Errors:
    """How far samples (N, *shape) are from the posterior, by as many of its own."""
    true, variance = posterior.mean[0], posterior.variance[0]
    away = (samples.mean(0) - true).abs() / variance.sqrt()
    excess = samples.var(0) / variance - 1
    known, found = flat(posterior.sample(len(samples), generator(5, 0))), flat(samples.to(true.dtype))
    covered = []
    for share in (0.5, 0.9):
        low, high = (found.quantile(q, 0) for q in ((1 - share) / 2, (1 + share) / 2))
        covered.append(float(((known >= low) & (known <= high)).double().mean()))
    lines = normal_like(torch.zeros(known.shape[1], 64, dtype=torch.float64), generator(6, 0))
    lines = lines / lines.norm(dim=0)
    apart = ((known @ lines).sort(0).values - (found @ lines).sort(0).values).square().mean().sqrt()
    return Errors(
        float(away.square().mean().sqrt()),
        float(excess.square().mean().sqrt()),
        *covered,
        float(apart / known.var(0).mean().sqrt()),
    )
