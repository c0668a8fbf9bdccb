"""Estimators that code a layer once, and then measure what the code keeps."""

from abc import abstractmethod

import torch
from torch import Tensor

from workbench.analysis.information.estimators.base import Estimator, Samples, discrete, entropy, per_class, symbols


class LayerEstimator(Estimator):
    """An estimator that codes a layer once, so that the code is given by the sample, and then measures its entropy."""

    @abstractmethod
    def code(self, t: Samples) -> Tensor:
        """The activations (N, d) as what `entropy` measures: symbols (N, 1), or points (N, d) in units of the noise."""

    @abstractmethod
    def entropy(self, code: Tensor) -> float:
        """The information in nats that some rows of a code, (M, d), keep of which row they are."""

    def measure(self, u: Samples, v: Samples) -> float:
        u, v = (x if discrete(x) else self.code(x) for x in (u, v))
        if discrete(u) != discrete(v):
            u, v = (v, u) if discrete(u) else (u, v)
            return self.given(u, symbols(v))
        if discrete(u):
            a, b = symbols(u), symbols(v)
            return entropy(a) + entropy(b) - entropy(symbols(torch.stack([a, b], 1)))
        return self.entropy(u) + self.entropy(v) - self.entropy(torch.cat([u, v], 1))

    def given(self, code: Tensor, labels: Tensor) -> float:
        """What a code says of labels (N,), in nats: its entropy less the mean of that within the classes."""
        return self.entropy(code) - sum(share * self.entropy(code[rows]) for share, rows in per_class(labels))
