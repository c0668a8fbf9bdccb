"""The estimator of Kraskov, Stoegbauer and Grassberger, by distances to the nearest neighbours."""

import math
from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from workbench.analysis.information.estimators.base import Estimator, Samples, discrete
from workbench.analysis.information.estimators.neighbours import (
    MEANINGLESS,
    Neighbours,
    classes,
    continuous_first,
    nearest,
    psi,
    whitened,
)
from workbench.analysis.information.estimators.ties import refuse_repeated, untied
from workbench.kernels import pairs


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
    meaningless: ClassVar[str] = MEANINGLESS

    def measure(self, u: Samples, v: Samples) -> float:
        refuse_repeated(u, v)
        if discrete(u) or discrete(v):
            return self._mixed(*continuous_first(u, v))
        u, v = (whitened(untied(x, side))[0] for x, side in ((u, "u"), (v, "v")))
        radii = nearest(torch.cat([u, v], 1), self.k)[:, -1]
        counts = torch.cat([pairs.within(u, radii), pairs.within(v, radii)])
        return psi(self.k) + psi(len(u)) - 2 * float(torch.digamma(counts + 1.0).mean())

    def ceiling(self, n: int) -> float:
        return (psi(n) - psi(self.k)) / math.log(2)

    def _mixed(self, u: Samples, labels: Tensor) -> float:
        u, radii, sizes = whitened(untied(u, "u"))[0], u.new_empty(len(u)), 0.0
        for share, rows in classes(labels, self.k):
            radii[rows] = nearest(u[rows], self.k)[:, -1]
            sizes += share * psi(len(rows))
        counts = pairs.within(u, radii) + 1.0  # the neighbour at the radius itself counts, and the point not
        return psi(self.k) + psi(len(u)) - sizes - float(torch.digamma(counts).mean())
