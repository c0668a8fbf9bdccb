"""The weight of a prior as a number to look for: where it stands and which values are tried."""

import math

import torch

from workbench.parameters import parameters
from workbench.paths import altered, at
from workbench.priors import Can, Prior
from workbench.problem import Problem
from workbench.refusal import Refusal
from workbench.tensors import parts


def weighed(prior: Prior, weight: float, where: str = "weight") -> Prior:
    """The prior with this weight; `where` is its path inside the prior, such as "second.weight"."""
    require_weight(prior, where)
    return altered(prior, {where: float(weight)}, ())


def require_weight(prior: Prior, where: str = "weight") -> float:
    """The weight at a path; Refusal where the prior has no such number, with the paths of those it has."""
    known = weights_in(prior)
    if where not in known:
        others = ", ".join(f"prior.{path}" for path in known) or "another prior, such as TotalVariation"
        came = f"{type(prior).__name__}, which has no number prior.{where}"
        raise Refusal("a prior with a weight to find", came, f"take {others}")
    return float(at(prior, where))


def weights_in(prior: Prior, before: str = "") -> list[str]:
    """The paths of all weights of a prior and of the priors in it."""
    found: list[str] = []
    for p in parameters(type(prior)):
        value = getattr(prior, p.name, None)
        if isinstance(value, Prior):
            found += weights_in(value, f"{before}{p.name}.")
        elif p.name == "weight" and isinstance(value, float | int):
            found.append(f"{before}{p.name}")
    return found


def usual_weight(problem: Problem, where: str = "weight") -> float:
    """The weight at which the prior of a first guess is about as large as a prior's exp(-g) lets it be.

    Of n unknowns and g = w R of degree p, the mean of w R over exp(-w R) is n / p. Pereyra et al. 2015,
    doi 10.1109/EUSIPCO.2015.7362379. Where R has no value, the weight that the prior has.
    """
    now = require_weight(problem.prior, where)
    if Can.VALUE not in problem.prior.can:
        return now or 1.0
    one = weighed(problem.prior, 1.0, where)
    x = problem.start()
    value, less = (float(one(amount * x).mean()) for amount in (1.0, 0.5))
    if not (0 < less < value < math.inf):
        return now or 1.0
    degree = max(math.log2(value / less), 0.25)
    return parts(x)[0].numel() / (degree * value)


def grid(centre: float, count: int, decades: float) -> list[float]:
    """So many weights, equally far from each other on a logarithmic axis, about a centre."""
    if count < 5:
        raise Refusal("at least 5 weights for a path", str(count), "take 25")
    steps = torch.linspace(-decades / 2, decades / 2, count, dtype=torch.float64)
    return [float(centre * 10**step) for step in steps]
