"""Estimators that turn activations into symbols and count: what a network says to a reader of finite precision."""

from abc import abstractmethod
from dataclasses import dataclass
from typing import Annotated

import torch
from torch import Tensor

from workbench.analysis.information.estimators.base import Samples, entropy, symbols
from workbench.analysis.information.estimators.layer_estimator import LayerEstimator
from workbench.parameters import Range
from workbench.refusal import Refusal

_COUNTED = 2.0**62  # beyond, floors are no whole numbers of 64 bits
_PLUG_IN = "low in I(X;T), never above log2 N; high between two sides where most samples have a symbol of their own"
_CONTINUOUS = "in a deterministic continuous network, where I(X;T) is infinite and the reading is that of the bins"


class Binned(LayerEstimator):
    """Activations as numbers of bins, and the plug-in entropy of the rows."""

    bias = _PLUG_IN
    meaningless = _CONTINUOUS

    @abstractmethod
    def bins(self, t: Samples) -> Tensor:
        """The bin of each activation: (N, d) -> (N, d) int64."""

    def code(self, t: Samples) -> Tensor:
        return symbols(self.bins(t).long())[:, None]

    def entropy(self, code: Tensor) -> float:
        return entropy(code[:, 0])


@dataclass(frozen=True)
class Bins(Binned):
    """I(X;T) = H(bin(T)), bins between equidistant edges and beyond the outer ones: fixed bins, for tanh.

    Shwartz-Ziv & Tishby 2017, arXiv:1703.00810.
    """

    edges: Annotated[int, Range(2, 200, log=True, limits=(1, 100_000)), "edges from low to high"] = 30
    low: Annotated[float, Range(-10, 0, limits=(-1e12, 1e12)), "first edge"] = -1.0
    high: Annotated[float, Range(0, 10, limits=(-1e12, 1e12)), "last edge"] = 1.0

    freedom = "edges"
    free = "the number of edges: more edges, more information"
    meaningless = f"{_CONTINUOUS}; where activations lie beyond the edges, as with ReLU"

    def bins(self, t: Samples) -> Tensor:
        edges = torch.linspace(self.low, self.high, self.edges, dtype=t.dtype, device=t.device)
        return torch.bucketize(t.contiguous(), edges, right=True)


@dataclass(frozen=True)
class FloorBins(Binned):
    """I(X;T) = H(floor(T / width)): bins of one width without ends, for any activation function."""

    width: Annotated[float, Range(0.01, 1, log=True, limits=(1e-9, 1e9)), "width of a bin"] = 0.07

    freedom = "width"
    free = "the width of a bin: narrower bins, more information"

    def bins(self, t: Samples) -> Tensor:
        floors = (t / self.width).floor()
        if float(floors.abs().max()) > _COUNTED:
            came = f"{float(t.abs().max()):.3g}, in bins of {self.width:g}"
            raise Refusal("activations of less than 4e18 bins", came, "take wider bins, or AdaptiveBins")
        return floors


@dataclass(frozen=True)
class AdaptiveBins(Binned):
    """I(X;T) = H(bin(T)), bins with equally many of the layer's different activations of this epoch: EBAB.

    Chelombiev, Houghton & O'Donnell 2019, arXiv:1902.09037.
    """

    parts: Annotated[int, Range(2, 200, log=True, limits=(1, 100_000)), "bins of equal count"] = 30

    bias = f"{_PLUG_IN}; it breaks the data-processing inequality, since every layer has edges of its own"
    freedom = "parts"
    free = "the number of bins: more bins, more information"
    meaningless = f"{_CONTINUOUS}; to compare layers or epochs, whose bins differ"

    def bins(self, t: Samples) -> Tensor:
        values = torch.unique(t)
        firsts = torch.arange(self.parts, device=t.device) * len(values) // self.parts
        edges = torch.cat([values[firsts], values[-1:]])
        return torch.bucketize(t.contiguous(), edges, right=True)
