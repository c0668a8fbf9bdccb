"""A number known from random probes, with its error."""

import math
from dataclasses import dataclass

from torch import Tensor


@dataclass(frozen=True)
class Estimate:
    """A mean over probes and its error: infinite from one probe, 0 where nothing was left to chance.

    It is the standard error, and what else is known to be amiss with the mean. `products` counts applications of H.
    """

    value: float
    error: float
    products: int


def mean_of(samples: Tensor, products: int, known: float = 0.0) -> Estimate:
    """What was `known`, plus the mean of the samples, (P,)."""
    count = len(samples)
    error = math.inf if count < 2 else float(samples.std()) / math.sqrt(count)
    return Estimate(known + float(samples.mean()), error, products)
