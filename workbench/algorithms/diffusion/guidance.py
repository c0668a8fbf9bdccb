"""Posterior methods that differentiate the denoiser."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated

import torch
from torch import Tensor

from workbench.algorithms.base import Needs
from workbench.algorithms.diffusion.base import Guided, Spread, deviation, left
from workbench.algorithms.diffusion.nearer import denoised, nearer
from workbench.algorithms.scales import bend_along
from workbench.linalg import ratio as quotient
from workbench.noise import Likelihood
from workbench.parameters import Range
from workbench.priors import Can
from workbench.problem import Problem
from workbench.tensors import Each, dot, norm2, spread, times

_TRUST, _HALVINGS = 10.0, 20

Strength = Annotated[float, Range(0.1, 3, log=True, limits=(0, 1000)), "weight of the data against the theory's"]


@dataclass(frozen=True)
class DPS(Guided):
    """x = D - strength u / (1 + v L), u = s^2 J* grad misfit(D), D = E[x | z], J its Jacobian.

    Takes p(y | z) for p(y | D), which forgets what z leaves open. v = s^2 spread^2 / (s^2 + spread^2), L Lipschitz for
    the misfit's gradient: the published step, strength / |y - A D|, depends on the number of levels. Where the misfit
    bends unevenly, the step is that of its bend along u. Any operator.
    Chung et al. 2023, doi 10.48550/arXiv.2209.14687.
    """

    strength: Strength = 1.0
    spread: Spread = 0.3

    needs = Needs(prior=Can.SCORE, noise=Likelihood.GRAD)

    def measure(self, problem: Problem) -> Mapping[str, Each]:
        return {"lipschitz": problem.lipschitz()} if problem.bends_evenly else {}

    def estimate(self, problem: Problem, z: Tensor, ratio: float, measured: Mapping[str, Each]) -> Tensor:
        x, pull = denoised(problem, z, ratio)
        v, slope = left(ratio, self.spread), problem.misfit_grad(x)
        u = spread_by(pull, slope, ratio, v)
        if "lipschitz" in measured:
            return x - times(self.strength / (1 + v * measured["lipschitz"]), u)
        return x - spread(self.strength * share(problem, x, slope, u), u) * u


@dataclass(frozen=True)
class MCG(DPS):
    """The gradient of DPS, then x <- x + A* (A A* + c)^-1 (y - A x), c = (sigma / spread)^2: onto what the data allow.

    c = 0 is the published projection, which makes noise part of the signal. Takes p(y | z) for p(y | D), as DPS does.
    Chung et al. 2022, doi 10.48550/arXiv.2206.00941.
    """

    needs = Needs(prior=Can.SCORE, noise=Likelihood.LIPSCHITZ | Likelihood.QUADRATIC, linear=True, white=True)

    def estimate(self, problem: Problem, z: Tensor, ratio: float, measured: Mapping[str, Each]) -> Tensor:
        x = super().estimate(problem, z, ratio, measured)
        return nearer(problem, x, (deviation(problem) / self.spread) ** 2)


@dataclass(frozen=True)
class PiGDM(Guided):
    """x = D + s^2 J* A* (v A A* + sigma^2)^-1 (y - A D), D = E[x | z], v = s^2 spread^2 / (s^2 + spread^2).

    Takes x given z for normal with variance v in every direction: exact for white signals of this spread.
    Song et al. 2023, ICLR, openreview 9_gsMA8MRKQ.
    """

    spread: Spread = 0.3

    needs = Needs(prior=Can.SCORE, noise=Likelihood.QUADRATIC, linear=True, white=True)

    def estimate(self, problem: Problem, z: Tensor, ratio: float, measured: Mapping[str, Each]) -> Tensor:
        x, pull = denoised(problem, z, ratio)
        v = left(ratio, self.spread)
        return x + spread_by(pull, nearer(problem, x, deviation(problem) ** 2 / v) - x, ratio, v) / v


def share(problem: Problem, x: Tensor, slope: Tensor, u: Tensor) -> Tensor:
    """The t, (B,), at which misfit(x - t u) + |t u|^2 / (2 trust), in the metric where u is the slope, is least.

    By the bend along u; then halved until the misfit falls. One gradient does only a part of what data would do to a
    signal: with `trust` above 1 the misfit has more of a say where noise is low. docs/decisions/samplers.md.
    """
    down = dot(slope, u).clamp_min(0)
    t, value = quotient(down, bend_along(problem, x, u) + down / _TRUST), problem.misfit(x)
    for _ in range(_HALVINGS):
        falls = problem.misfit(x - spread(t, u) * u) <= value
        if bool(falls.all()):
            return t
        t = torch.where(falls, t, t / 2)
    return torch.where(falls, t, 0.0)


def spread_by(pull: Callable[[Tensor], Tensor], u: Tensor, ratio: float, v: float) -> Tensor:
    """s^2 J* u, no longer than 2 v |u|: s^2 J is the covariance of x given z for a denoiser that is the mean.

    A network's Jacobian can be far larger where noise is large, and guidance by it would not end.
    """
    moved = ratio**2 * pull(u)
    sizes, most = norm2(moved).sqrt(), 2 * v * norm2(u).sqrt()
    return moved * spread(torch.where(sizes > most, most / sizes, 1.0), moved)
