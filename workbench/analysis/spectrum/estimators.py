"""Numbers of a spectrum from random probes: trace, log-determinant, diagonal, condition, degrees of freedom.

Every one is an iterator that sharpens probe by probe, has its standard error beside it, and draws its probes from a
seed of its own. `last` ends one.
"""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TypeVar

import torch
from torch import Tensor

from workbench.analysis.spectrum.cost import (
    DOUBLE,
    ROUNDINGS,
    Cost,
    Counted,
    numbers,
    require_finite_products,
    vectors,
)
from workbench.analysis.spectrum.eigenpairs import Eigenpairs
from workbench.analysis.spectrum.estimate import Estimate, mean_of
from workbench.analysis.spectrum.lanczos import from_real, rademacher, real_coordinates
from workbench.analysis.spectrum.measure import SpectralMeasure
from workbench.analysis.spectrum.ritz_space import orthonormal
from workbench.kernels.orthogonal import orthogonalise
from workbench.linalg import cg
from workbench.operators import LinearOperator
from workbench.refusal import Refusal
from workbench.tensors import dot, norm

Item = TypeVar("Item")


def last(results: Iterable[Item]) -> Item:
    """The last of the refined results."""
    *_, final = results
    return final


def trace(operator: LinearOperator, probes: int = 30, seed: int = 0, like: Tensor = DOUBLE) -> Iterator[Estimate]:
    """tr H as the mean of z'Hz over signs z, after each probe: one product each.

    Hutchinson 1990, doi 10.1080/03610919008812866.
    """
    samples = []
    for z in rademacher(operator, probes, like, seed, "trace").split(1):
        samples.append((real_coordinates(z) * real_coordinates(operator(z))).double().sum(1))
        yield mean_of(torch.cat(samples), len(samples))


def sketched_trace(
    operator: LinearOperator, probes: int = 30, seed: int = 0, like: Tensor = DOUBLE
) -> Iterator[Estimate]:
    """tr H by Hutch++: exactly on the range of a sketch, a third of the probes, by Hutchinson on the rest of space.

    2/3 of the products are spent before the first result. Few large eigenvalues cost it nothing, and with the
    sketch as wide as the space there is no error. Meyer et al. 2021, doi 10.1137/1.9781611976496.16.
    """
    third = min(max(probes // 3, 1), numbers(operator, like))
    Cost(3 * third, vectors(operator, 4 * third, like)).require(like.device)
    draws = rademacher(operator, 2 * third, like, seed, "sketched trace")
    range_ = orthonormal(real_coordinates(operator(draws[:third])))
    image = real_coordinates(operator(from_real(range_, operator.in_shape, like.dtype))) if len(range_) else range_
    known, spent = float((range_ * image).double().sum()), third + len(range_)
    if len(range_) == numbers(operator, like):
        yield Estimate(known, 0.0, spent)
        return
    samples = []
    for z in real_coordinates(draws[third:]).split(1):
        rest = orthogonalise(z, range_)[0] if len(range_) else z
        there = operator(from_real(rest, operator.in_shape, like.dtype))
        samples.append((rest * real_coordinates(there)).double().sum(1))
        yield mean_of(torch.cat(samples), spent + len(samples), known)


def log_determinant(measure: SpectralMeasure, smallest: float = 0.0) -> Estimate:
    """ln det H of a positive definite H from its measure, with the error of `measure.integral`.

    -inf with an infinite error, so nothing at all, where an eigenvalue cannot be told from 0 in the precision of the
    products. `smallest`, a lower bound of all eigenvalues such as `float(bottom(H, 1).lower[0])`, narrows the error.
    """
    seen = measure.probe_nodes[measure.probe_weights > 0]
    tiny = measure.rounding * float(seen.abs().max())
    if float(seen.min()) < -tiny:
        came = f"an eigenvalue near {float(seen.min()):.3g}"
        raise Refusal("a positive definite operator for its log-determinant", came, "add a multiple of the identity")
    if float(seen.min()) <= tiny:
        return Estimate(-math.inf, math.inf, measure.products)
    return measure.integral(torch.log, smallest)


@dataclass(frozen=True)
class Entries:
    """The diagonal of H in real coordinates and its standard errors, (n,) float64 each."""

    values: Tensor
    errors: Tensor
    products: int


def diagonal(operator: LinearOperator, probes: int = 30, seed: int = 0, like: Tensor = DOUBLE) -> Iterator[Entries]:
    """The mean of z * Hz over signs z, entry by entry: one product a probe.

    Exact where H is diagonal. Bekas, Kokiopoulou, Saad 2007, doi 10.1016/j.apnum.2007.01.003.
    """
    mean = moment = torch.zeros(numbers(operator, like), dtype=torch.float64, device=like.device)
    for count, z in enumerate(rademacher(operator, probes, like, seed, "diagonal").split(1), 1):
        sample = (real_coordinates(z) * real_coordinates(operator(z)))[0].double()
        before, mean = mean, mean + (sample - mean) / count
        moment = moment + (sample - before) * (sample - mean)
        errors = (moment / (count * (count - 1))).sqrt() if count > 1 else torch.full_like(mean, math.inf)
        yield Entries(mean, errors, count)


def condition(largest: Eigenpairs, smallest: Eigenpairs) -> tuple[float, float, float]:
    """The condition number of a positive definite H from both ends: value, and the interval that is certain of it.

    Infinite where 0 lies in the interval of the smallest eigenvalue.
    """
    top, bottom = (float(pairs.values[0]) for pairs in (largest, smallest))
    low, high = float(smallest.lower[0]), float(smallest.upper[0])
    if high < 0:
        raise Refusal("a positive definite operator for its condition", f"an eigenvalue near {bottom:.3g}", "add to it")
    least = float(largest.lower[0]) / high if high > 0 else math.inf
    value = top / bottom if bottom > 0 else math.inf
    return value, least, float(largest.upper[0]) / low if low > 0 else math.inf


def freedom(
    data: LinearOperator,
    objective: LinearOperator,
    probes: int = 10,
    seed: int = 0,
    like: Tensor = DOUBLE,
    tolerance: float = 1e-8,
) -> Iterator[Estimate]:
    """Effective degrees of freedom tr(H_data H^-1), H = H_data + H_prior: how many numbers the data decide.

    A probe costs a product with H_data and a solve by conjugate gradients, whose products with H are counted. The error
    holds, beside that of the probes, the most that the last digit of the tolerance can have changed; it is infinite
    where a solve does not get there.
    """
    counted, steps = Counted(objective), 10 * numbers(data, like)
    reach = max(tolerance, ROUNDINGS * torch.finfo(like.dtype).eps)
    samples, doubts = [], []
    for z in rademacher(data, probes, like, seed, "degrees of freedom").split(1):
        image = data(z)
        size = float(norm(image))
        require_finite_products(size)
        nearly = cg(counted, image, None, 10 * reach, steps)
        solved = cg(counted, image, nearly, reach, steps)
        there = float(norm(image - counted(solved))) <= 10 * reach * size
        samples.append(dot(z, solved).double())
        doubts.append(float(norm(z) * norm(solved - nearly)) if there else math.inf)
        found = mean_of(torch.cat(samples), counted.products + len(samples))
        yield replace(found, error=math.hypot(found.error, sum(doubts) / len(doubts)))
