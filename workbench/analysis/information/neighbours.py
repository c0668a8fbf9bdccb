"""Estimators from the distances to the nearest neighbours, under the max norm."""

import math
from dataclasses import dataclass
from typing import Annotated, ClassVar

import torch
from torch import Tensor

from workbench.analysis.information.base import Estimator, Samples, discrete, per_class, samples, symbols
from workbench.analysis.information.ties import TIES, refuse_copies, untied
from workbench.kernels import pairs
from workbench.parameters import Range
from workbench.refusal import Refusal

Neighbours = Annotated[int, Range(1, 50, log=True, limits=(1, 10_000)), "neighbours k"]

_COMPRESS = "compress them first, with PCA"
_FLAT = 1e-12  # of the largest variance: rounding
_TOUCH = 1e-13  # of the standard deviation: samples that near coincide but for rounding
_LARGEST = 100.0  # sum |w| up to which weights cancel biases instead of blowing up the rest
_BELOW, _ERRORS = 0.25, 3.0  # nats, and standard errors, below 0: biases outweigh what is measured
_MEANINGLESS = f"where v is a function of u, and I(u; v) infinite; on coarsely quantised values: {TIES}"


@dataclass(frozen=True)
class KSG(Estimator):
    """I(u; v) = psi(k) + psi(N) - <psi(n_u + 1) + psi(n_v + 1)>, n the samples nearer than the k-th in (u, v).

    With symbols on one side the neighbours are sought among equal ones. Kraskov, Stoegbauer & Grassberger 2004, doi
    10.1103/PhysRevE.69.066138; Ross 2014, doi 10.1371/journal.pone.0087357.
    """

    k: Neighbours = 3

    bias: ClassVar[str] = "low, the more so the larger I(u; v) and the dimensions, never above psi(N) - psi(k)"
    freedom: ClassVar[str] = "k"
    free: ClassVar[str] = "the number of neighbours: fewer, less bias and more scatter"
    meaningless: ClassVar[str] = _MEANINGLESS

    def measure(self, u: Samples, v: Samples) -> float:
        if discrete(u) or discrete(v):
            return self._mixed(*_continuous_first(u, v))
        u, v = (_whitened(untied(x, side))[0] for x, side in ((u, "u"), (v, "v")))
        radii = nearest(torch.cat([u, v], 1), self.k)[:, -1]
        counts = torch.cat([pairs.within(u, radii), pairs.within(v, radii)])
        return _psi(self.k) + _psi(len(u)) - 2 * float(torch.digamma(counts + 1.0).mean())

    def ceiling(self, n: int) -> float:
        return (_psi(n) - _psi(self.k)) / math.log(2)

    def _mixed(self, u: Samples, labels: Tensor) -> float:
        u, radii, sizes = _whitened(untied(u, "u"))[0], u.new_empty(len(u)), 0.0
        for share, rows in _classes(labels, self.k):
            radii[rows] = nearest(u[rows], self.k)[:, -1]
            sizes += share * _psi(len(rows))
        counts = pairs.within(u, radii) + 1.0  # the neighbour at the radius itself counts, and the point not
        return _psi(self.k) + _psi(len(u)) - sizes - float(torch.digamma(counts).mean())


@dataclass(frozen=True)
class KozachenkoLeonenko(Estimator):
    """I(u; v) = h(u) + h(v) - h(u, v), h = psi(N) - psi(k) + d <ln 2 r_k>, r_k the distance to the k-th neighbour.

    Of coordinates whitened before, whose ln det is added: a normal joint density costs no bias then.
    Kozachenko & Leonenko 1987, Probl. Inf. Transm. 23, 95.
    """

    k: Neighbours = 10

    bias: ClassVar[str] = "either way, since three biases are added: the joint entropy's is the largest, and positive"
    meaningless: ClassVar[str] = f"near a surface of fewer dimensions, as components of pictures; {_MEANINGLESS}"
    freedom: ClassVar[str] = "k"
    free: ClassVar[str] = "the number of neighbours: fewer, less bias and more scatter"

    def measure(self, u: Samples, v: Samples) -> float:
        if discrete(u) or discrete(v):
            u, labels = _continuous_first(u, v)
            u = untied(u, "u")
            local = self._local(u)
            for _, rows in _classes(labels, self.k):
                local[rows] -= self._local(u[rows])
            return _information(local)
        u, v = untied(u, "u"), untied(v, "v")
        return _information(self._local(u) + self._local(v) - self._local(torch.cat([u, v], 1)))

    def entropy(self, x: Tensor) -> float:
        """The differential entropy h(x) in nats of samples (N, d)."""
        x = samples(x, "x")
        if discrete(x):
            raise Refusal("continuous samples", "symbols", "their entropy is that of counts: -sum p ln p")
        varies = (x != x[0]).any(0)
        if not bool(varies.all()):
            raise Refusal("coordinates that vary", f"{int((~varies).sum())} constant of {len(varies)}", _COMPRESS)
        return float(self._local(untied(x, "x")).mean())

    def _local(self, x: Samples) -> Tensor:
        """What each sample adds to the mean that is the entropy: (N,)."""
        white, log_det = _whitened(x)
        weights = _bounded(self.weights(x.shape[1]), x.shape[1]).to(white)
        used = weights.nonzero()[:, 0]
        radii = nearest(white, self.k)[:, used]
        refuse_copies(int((radii[:, 0] <= _TOUCH).sum()), x, int(used[0]) + 1)
        each = (2 * radii).log() * x.shape[1] - torch.digamma(used + 1.0).to(white)
        return _psi(len(x)) + each @ weights[used] + log_det

    def weights(self, axes: int) -> Tensor:
        """The weights of the estimates by each of the neighbours, adding up to 1: (k,)."""
        return torch.nn.functional.one_hot(torch.tensor(self.k - 1), self.k).double()


@dataclass(frozen=True)
class WeightedKozachenkoLeonenko(KozachenkoLeonenko):
    """The same with a weighted mean over 1..k neighbours whose leading biases cancel: for four dimensions and more.

    Least weights with sum_j w_j Gamma(j + 2 l / d) / Gamma(j) = 0, l = 1..d/4, and sum w = 1. They grow with the
    dimensions of both sides together; from about 12 on they would blow up all else, and it refuses.
    Berrett, Samworth & Yuan 2019, doi 10.1214/18-AOS1688.
    """

    k: Neighbours = 20

    def weights(self, axes: int) -> Tensor:
        orders = min(axes // 4, self.k - 1)
        j = torch.arange(1, self.k + 1, dtype=torch.float64)
        powers = torch.arange(orders + 1, dtype=torch.float64)[:, None] * 2 / axes
        rows = (torch.lgamma(j + powers) - torch.lgamma(j)).exp()
        wanted = torch.zeros(orders + 1, dtype=torch.float64)
        wanted[0] = 1
        scale = rows.norm(dim=1)
        return torch.linalg.pinv(rows / scale[:, None]) @ (wanted / scale)


def nearest(x: Samples, k: int) -> Tensor:
    """Distances to the k nearest other samples, (N, k), of whitened samples; Refusal where samples coincide."""
    radii = pairs.neighbours(x.contiguous(), k)
    refuse_copies(int((radii[:, -1] <= _TOUCH).sum()), x, k)
    return radii


def _bounded(weights: Tensor, axes: int) -> Tensor:
    size = float(weights.abs().sum())
    if size > _LARGEST:
        wanted = f"dimensions in which the weights of {len(weights)} neighbours add up to less than {_LARGEST:g}"
        advice = "take KSG, or compress the samples first, with PCA"
        raise Refusal(wanted, f"{axes} dimensions and {size:.3g}", advice)
    return weights


def _information(local: Tensor) -> float:
    """The mean of what each sample adds, in nats, which is not far below 0 unless biases outweigh it."""
    found, error = float(local.mean()), float(local.std()) / math.sqrt(len(local))
    if found < -_BELOW - _ERRORS * error:
        wanted, came = "biases smaller than the information, which is never below 0", f"a reading of {found:.2f} nats"
        raise Refusal(wanted, came, "take KSG or more samples, or compress them first, with PCA")
    return found


def _whitened(x: Samples) -> tuple[Tensor, float]:
    """Samples of unit covariance, by a linear map that changes no information, and ln det of what undoes it."""
    scale = x.std(0)
    if bool((scale == 0).any()):
        raise Refusal("coordinates that vary", f"{int((scale == 0).sum())} constant of {len(scale)}", _COMPRESS)
    unit = (x - x.mean(0)) / scale
    values, axes = torch.linalg.eigh(unit.T @ unit / (len(x) - 1))
    if float(values[0]) <= _FLAT * float(values[-1]):
        came = f"{int((values <= _FLAT * values[-1]).sum())} of {len(values)} without any"
        raise Refusal("some variance in every direction", came, _COMPRESS)
    return unit @ axes / values.sqrt(), float(scale.log().sum() + values.log().sum() / 2)


def _continuous_first(u: Samples, v: Samples) -> tuple[Samples, Tensor]:
    """The continuous side, and the symbols of the other."""
    if discrete(u) and discrete(v):
        raise Refusal("a continuous side", "two of symbols", "count them: Exact() gives the information of symbols")
    u, v = (v, u) if discrete(u) else (u, v)
    return u, symbols(v)


def _classes(labels: Tensor, k: int) -> list[tuple[float, Tensor]]:
    classes = per_class(labels)
    smallest = min(len(rows) for _, rows in classes)
    if smallest <= k:
        raise Refusal(f"more than {k} samples of each symbol", f"one with {smallest}", "take more samples or fewer k")
    return classes


def _psi(x: float) -> float:
    return float(torch.digamma(torch.tensor(x, dtype=torch.float64)))
