"""Entropies by distances to the nearest neighbours, after Kozachenko and Leonenko."""

import math
from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from workbench.analysis.information.estimators.base import Estimator, Samples, discrete, samples
from workbench.analysis.information.estimators.neighbours import (
    COMPRESS,
    MEANINGLESS,
    TOUCH,
    Neighbours,
    classes,
    continuous_first,
    nearest,
    psi,
    whitened,
)
from workbench.analysis.information.estimators.ties import refuse_copies, refuse_repeated, untied
from workbench.refusal import Refusal

_LARGEST = 100.0  # sum |w| up to which weights cancel biases instead of blowing up the rest
_BELOW, _ERRORS = 0.25, 3.0  # nats, and standard errors, below 0: biases outweigh what is measured


@dataclass(frozen=True)
class KozachenkoLeonenko(Estimator):
    """I(u; v) = h(u) + h(v) - h(u, v), h = psi(N) - psi(k) + d <ln 2 r_k>, r_k the distance to the k-th neighbour.

    Of coordinates whitened before, whose ln det is added: a normal joint density costs no bias then.
    Kozachenko & Leonenko 1987, Probl. Inf. Transm. 23, 95.
    """

    k: Neighbours = 10

    bias: ClassVar[str] = "either way, since three biases are added: the joint entropy's is the largest, and positive"
    meaningless: ClassVar[str] = f"near a surface of fewer dimensions, as components of pictures; {MEANINGLESS}"
    freedom: ClassVar[str] = "k"
    free: ClassVar[str] = "the number of neighbours: fewer, less bias and more scatter"

    def measure(self, u: Samples, v: Samples) -> float:
        refuse_repeated(u, v)
        if discrete(u) or discrete(v):
            u, labels = continuous_first(u, v)
            u = untied(u, "u")
            local = self._local(u)
            for _, rows in classes(labels, self.k):
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
            raise Refusal("coordinates that vary", f"{int((~varies).sum())} constant of {len(varies)}", COMPRESS)
        return float(self._local(untied(x, "x")).mean())

    def _local(self, x: Samples) -> Tensor:
        """What each sample adds to the mean that is the entropy: (N,)."""
        white, log_det = whitened(x)
        weights = _bounded(self.weights(x.shape[1]), x.shape[1]).to(white)
        used = weights.nonzero()[:, 0]
        radii = nearest(white, self.k)[:, used]
        refuse_copies(int((radii[:, 0] <= TOUCH).sum()), x, int(used[0]) + 1)
        each = (2 * radii).log() * x.shape[1] - torch.digamma(used + 1.0).to(white)
        return psi(len(x)) + each @ weights[used] + log_det

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
