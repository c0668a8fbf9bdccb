"""Estimators from the distances to the nearest neighbours, under the max norm."""

from typing import Annotated

import torch
from torch import Tensor

from workbench.analysis.information.estimators.base import Samples, discrete, per_class, symbols
from workbench.analysis.information.estimators.ties import TIES, refuse_copies
from workbench.kernels import pairs
from workbench.parameters import Range
from workbench.refusal import Refusal

Neighbours = Annotated[int, Range(1, 50, log=True, limits=(1, 10_000)), "neighbours k"]
COMPRESS = "compress them first, with PCA"
_FLAT = 1e-12  # of the largest variance: rounding
_FAR = 15.0  # of a normal sample none in 1e23
TOUCH = 1e-13  # of the standard deviation: samples that near coincide but for rounding
MEANINGLESS = f"where v is a function of u, and I(u; v) infinite; on coarsely quantised values: {TIES}"


def nearest(x: Samples, k: int) -> Tensor:
    """Distances to the k nearest other samples, (N, k), of whitened samples; Refusal where samples coincide."""
    radii = pairs.neighbours(x.contiguous(), k)
    refuse_copies(int((radii[:, -1] <= TOUCH).sum()), x, k)
    return radii


def whitened(x: Samples) -> tuple[Tensor, float]:
    """Samples of unit covariance, by a linear map that changes no information, and ln det of what undoes it.

    The covariance is that of the bulk: one far outlier would set the scale, beside which all other samples coincide.
    """
    bulk = x[_bulk(x)]
    size = bulk.abs().amax(0)
    size = torch.where(size > 0, size, 1)
    bulk = bulk / size  # numbers about 1: squares of 1e200 are none
    scale = bulk.std(0)
    if bool((scale == 0).any()):
        raise Refusal("coordinates that vary", f"{int((scale == 0).sum())} constant of {len(scale)}", COMPRESS)
    middle = bulk.mean(0)
    unit = (bulk - middle) / scale
    values, axes = torch.linalg.eigh(unit.T @ unit / (len(bulk) - 1))
    if float(values[0]) <= _FLAT * float(values[-1]):
        came = f"{int((values <= _FLAT * values[-1]).sum())} of {len(values)} without any"
        raise Refusal("some variance in every direction", came, COMPRESS)
    unit = (x / size - middle) / scale
    return unit @ axes / values.sqrt(), float(size.log().sum() + scale.log().sum() + values.log().sum() / 2)


def _bulk(x: Samples) -> Tensor:
    """Which samples are within `_FAR` medians of the deviations in every coordinate, all where those are 0: (N,)."""
    apart = (x - x.median(0).values).abs()
    size = apart.median(0).values
    near = ((apart <= _FAR * size) | (size == 0)).all(1)
    return near if int(near.sum()) > max(2 * x.shape[1], len(x) // 2) else torch.ones_like(near)


def continuous_first(u: Samples, v: Samples) -> tuple[Samples, Tensor]:
    """The continuous side, and the symbols of the other."""
    if discrete(u) and discrete(v):
        raise Refusal("a continuous side", "two of symbols", "count them: Exact() gives the information of symbols")
    u, v = (v, u) if discrete(u) else (u, v)
    return u, symbols(v)


def classes(labels: Tensor, k: int) -> list[tuple[float, Tensor]]:
    classes = per_class(labels)
    smallest = min(len(rows) for _, rows in classes)
    if smallest <= k:
        raise Refusal(f"more than {k} samples of each symbol", f"one with {smallest}", "take more samples or fewer k")
    return classes


def psi(x: float) -> float:
    return float(torch.digamma(torch.tensor(x, dtype=torch.float64)))
