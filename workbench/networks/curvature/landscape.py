"""The loss along and across the leading directions of its Hessian."""

from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

import torch
from torch import Tensor

from workbench.analysis.spectrum import SpectralMeasure, outliers, rademacher, ritz, slq_cost
from workbench.analysis.spectrum.lanczos import iterate
from workbench.analysis.spectrum.measure import measure
from workbench.networks.curvature.base import hessian
from workbench.problem import Problem

_SMALL, _APART = 0.01, 1.5  # of the largest eigenvalue, and of a neighbour: what may be an outlier


class Landscape(NamedTuple):
    """The density of a Hessian, where its bulk ends, and the outliers beyond that each probe has found, ascending.

    The bulk ends at the widest gap, as a ratio of neighbours, among eigenvalues above 1 % of the largest; at infinity
    where no neighbours are further apart than 1 to 1.5.
    """

    measure: SpectralMeasure
    edge: float
    outliers: list[Tensor]


def landscape(problem: Problem, x: Tensor, steps: int = 80, probes: int = 4, seed: int = 0) -> Landscape:
    """Bulk and outliers of the Hessian at the weights of one seed, (1, 1, P), by stochastic Lanczos quadrature.

    Nearly all eigenvalues of a network lie at 0, so that quartiles, which tell outliers elsewhere, do not here.
    Ghorbani, Krishnan & Xiao 2019, arXiv:1901.10159; Sagun et al. 2017, arXiv:1706.04454.
    """
    *_, found = landscapes(problem, x, steps, probes, seed)
    return found


def landscapes(problem: Problem, x: Tensor, steps: int = 80, probes: int = 4, seed: int = 0) -> Iterator[Landscape]:
    """`landscape` after 1, 2, ... steps of Lanczos."""
    operator, like = hessian(problem, x), x.flatten()[0]
    slq_cost(operator, steps, probes, like).require(like.device)
    for krylov in islice(iterate(operator, rademacher(operator, probes, like, seed, "landscape")), steps):
        edge = float(torch.stack([_gap(values) for values in ritz(krylov).values]).median())
        yield Landscape(measure(krylov), edge, outliers(krylov, (-edge, edge)))


def _gap(values: Tensor) -> Tensor:
    """Where the widest gap is, in the middle of a logarithmic axis."""
    largest = values.abs().max()
    seen = values[values > _SMALL * largest]  # settled or not: those that are not fill the bulk
    ratios = seen[1:] / seen[:-1]
    if not len(ratios) or float(ratios.max()) < _APART:
        return torch.full_like(largest, torch.inf)
    return (seen[1:] * seen[:-1])[ratios.argmax()].sqrt()
