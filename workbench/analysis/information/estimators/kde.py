"""Kernel bounds: the information of a layer that noise of a known variance is added to."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

import torch
from torch import Tensor

from workbench.analysis.information.estimators.base import Samples
from workbench.analysis.information.estimators.layer_estimator import LayerEstimator
from workbench.kernels import pairs
from workbench.parameters import Range

Variance = Annotated[float, Range(1e-5, 10, log=True, limits=(1e-15, 1e15)), "variance sigma^2 of the noise"]
Relative = Annotated[bool, "in units of the layer's largest squared activation: the adaptive bounds"]


@dataclass(frozen=True)
class KDE(LayerEstimator):
    """-1/N sum_i ln 1/N sum_j exp(-|t_i - t_j|^2 / (2 s)), s = sigma^2 times the factor of the bound."""

    variance: Variance = 1e-3
    relative: Relative = False

    factor: ClassVar[float]
    freedom = "variance"
    free = "the variance of the noise: less noise, more information"
    meaningless = "in a deterministic network, which has no noise: the reading is that of the variance chosen"

    def code(self, t: Samples) -> Tensor:
        scale = t.abs().max().square() if self.relative else torch.ones_like(t[0, 0])
        return t / (2 * self.factor * self.variance * scale).sqrt()

    def entropy(self, code: Tensor) -> float:
        return -float(pairs.log_similarity(code.contiguous()).mean())


@dataclass(frozen=True)
class KDEUpper(KDE):
    """I(X;T) <= -1/N sum_i ln 1/N sum_j exp(-|t_i - t_j|^2 / (2 sigma^2)), T = t + noise of variance sigma^2.

    Between two continuous sides, their densities estimated with that kernel. Kolchinsky & Tracey 2017, doi
    10.3390/e19070361; adaptive: Chelombiev, Houghton & O'Donnell 2019, arXiv:1902.09037.
    """

    factor = 1.0
    bias = "high in I(X;T) of the sample as it is, never above log2 N; I(T;Y), a difference of bounds, to either side"


@dataclass(frozen=True)
class KDELower(KDE):
    """I(X;T) >= -1/N sum_i ln 1/N sum_j exp(-|t_i - t_j|^2 / (8 sigma^2)), T = t + noise of variance sigma^2.

    Between two continuous sides, their densities estimated with that kernel. Kolchinsky & Tracey 2017, doi
    10.3390/e19070361; adaptive: Chelombiev, Houghton & O'Donnell 2019, arXiv:1902.09037.
    """

    factor = 4.0
    bias = "low in I(X;T), never above log2 N; I(T;Y), a difference of bounds, to either side"
