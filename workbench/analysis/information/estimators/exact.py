"""Information of what is discrete as it is, or with so many digits."""

from dataclasses import dataclass
from typing import Annotated

import torch
from torch import Tensor

from workbench.analysis.information.estimators.base import Samples
from workbench.analysis.information.estimators.bins import Binned
from workbench.parameters import Range


@dataclass(frozen=True)
class Exact(Binned):
    """I(X;T) = H(T) of activations that take at most 2^bits values; those of more are rounded to that many levels.

    Nothing is estimated where the network itself is quantised and all its inputs are in the sample: then the
    data-processing inequality holds. Lorenzen, Igel & Nielsen 2022, arXiv:2106.12912.
    """

    bits: Annotated[int, Range(1, 16, limits=(1, 30), unit="bit"), "precision of an activation"] = 8

    bias = "none where the network is quantised and the sample is all there is; else low, never above log2 N"
    freedom = "bits"
    free = "none in a quantised network; the number of bits where activations are rounded afterwards"
    meaningless = "as exact, where activations are rounded after the network ran: the next layer saw the others"

    def bins(self, t: Samples) -> Tensor:
        return torch.unique(quantised(t, self.bits), return_inverse=True)[1]


def quantised(t: Tensor, bits: int) -> Tensor:
    """Activations rounded to 2^bits equidistant levels between their extremes; as they are where they take no more."""
    if len(torch.unique(t)) <= 2**bits:
        return t
    low, high = t.min(), t.max()
    step = (high - low) / (2**bits - 1)
    return low + ((t - low) / step).round() * step
