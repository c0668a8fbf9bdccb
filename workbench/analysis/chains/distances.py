"""How far draws are from a posterior that is known exactly."""

from dataclasses import dataclass, replace

import torch
from torch import Tensor

from workbench.analysis.chains.interval import Interval
from workbench.analysis.chains.moments import Moments
from workbench.posterior import exact
from workbench.problem import Problem
from workbench.refusal import Refusal
from workbench.tensors import abs2, parts, stream

_DRAWS, _DIRECTIONS = 400, 64
SURE = 2.0  # standard errors beyond which a difference is called one


def sliced_wasserstein(one: Tensor, other: Tensor, rng: torch.Generator) -> float:
    """sqrt(mean over directions of W_2^2) between draws (n, *shape) and (m, *shape), on 64 random unit directions.

    In one dimension W_2^2 is the mean squared difference of quantiles. Bonneel et al. 2015, doi
    10.1007/s10851-014-0506-3.
    """
    one, other = _rows(one), _rows(other)
    directions = torch.randn(one.shape[1], _DIRECTIONS, generator=rng, dtype=one.dtype, device=one.device)
    directions = directions / directions.norm(dim=0)
    levels = (torch.arange(max(len(one), len(other)), device=one.device) + 0.5) / max(len(one), len(other))
    first, second = ((rows @ directions).sort(0).values for rows in (one, other))
    at = [s[(levels * len(s)).long().clamp_max(len(s) - 1)] for s in (first, second)]
    return float((at[0] - at[1]).square().mean().sqrt())


def _rows(draws: Tensor) -> Tensor:
    rows = parts(draws)
    return rows.flatten(1).double()


@dataclass(frozen=True)
class Target:
    """An exact posterior: its mean and variance, (*shape), and independent draws, (n, *shape)."""

    mean: Tensor
    variance: Tensor
    draws: Tensor


def target(problem: Problem) -> tuple[Target | None, str]:
    """The exact posterior of the first item, or None and why there is none."""
    one = replace(problem, y=problem.y[:1], truth=None)
    try:
        found = exact(one)
    except Refusal as sentence:
        return None, str(sentence)
    if found is None:
        name = type(problem.prior).__name__
        why = f"no exact posterior to compare with: it needs a normal or mixture prior, which {name} may not be, "
        return None, why + "Gaussian noise and a linear operator"
    draws = found.sample(_DRAWS, stream(0, "exact draws", device=problem.y.device))
    return Target(found.mean[0], found.variance[0], draws), ""


@dataclass(frozen=True)
class Distance:
    """Between draws and the exact posterior; all are relative, and none has a floor that few draws would raise.

    `mean`: root mean square of the error of the mean in standard deviations, without what chance adds; `variance`: the
    mean ratio of variances; `_error`: what chance leaves of both, from the spread over chains. `sliced` in root mean
    variances; `alike`, that of as many exact draws. `inside`: what the intervals of 50 and 90 % hold of the posterior.
    """

    mean: float
    mean_error: float
    variance: float
    variance_error: float
    sliced: float
    alike: float
    inside: tuple[float, float]

    @property
    def sentence(self) -> str:
        """What is wrong, in plain words, as far as these draws can tell."""
        excess, error = self.variance - 1, self.variance_error
        if abs(excess) <= SURE * error:
            spread = f"The sampler's variance agrees with the exact one, to ± {SURE * error:.1%}"
        else:
            size = "large" if excess > 0 else "small"
            spread = f"The sampler's variance is {abs(excess):.1%} too {size} (± {SURE * error:.1%})"
        least = SURE**0.5 * self.mean_error
        if self.mean <= least:
            return f"{spread}; its mean agrees, to ± {least:.2g} standard deviations."
        return f"{spread}; its mean is off by {self.mean:.2g} standard deviations."


def distance(moments: Moments, kept: Tensor, intervals: tuple[Interval, Interval], known: Target) -> Distance:
    """From the moments of at least three chains, some of their draws, (n, *shape), and their 50 and 90 % intervals."""
    floor = torch.finfo(known.variance.dtype).tiny
    deviation = known.variance.clamp_min(floor).sqrt()
    count, chains = moments.count, len(moments.means)
    away = (moments.means - known.mean) / deviation
    rows = _rows(away)
    # Of chains that are independent, the products of different ones have the squared bias for their mean.
    products = rows @ rows.T / known.mean.numel()
    pairs = products[torch.triu_indices(chains, chains, 1).unbind()]
    bias2, chance2 = float(pairs.mean()), float(pairs.std() / len(pairs) ** 0.5)
    about = (moments.squares / count / deviation**2 + abs2(away)).flatten(1).double().mean(1)
    rng = stream(0, "slicing directions", device=kept.device)
    scale = float(known.variance.mean().sqrt())
    some = known.draws[: len(known.draws) // 2]
    return Distance(
        mean=max(bias2, 0.0) ** 0.5,
        mean_error=chance2**0.5,
        variance=float(about.mean()) - bias2,
        variance_error=float(about.std() / chains**0.5),
        sliced=sliced_wasserstein(kept, some, rng) / scale,
        alike=sliced_wasserstein(known.draws[len(some) :][: len(kept)], some, rng) / scale,
        inside=(intervals[0].coverage(known.draws), intervals[1].coverage(known.draws)),
    )
