"""What a prox says that ended before its tolerance."""

import warnings
from typing import Protocol, TypeVar

from torch import Tensor


class Solution(Protocol):
    """What was found, with the proof: value, gap and steps, (B,) each."""

    @property
    def value(self) -> Tensor: ...
    @property
    def gap(self) -> Tensor: ...
    @property
    def iterations(self) -> Tensor: ...


class Iterative(Protocol):
    """A prior whose prox takes at most so many steps to a gap of so much of its objective."""

    tolerance: float
    iterations: int


Found = TypeVar("Found", bound=Solution)


def told(found: Found, prior: Iterative, who: type) -> Found:
    """The solution itself, and a warning, once for each setting, where the steps were spent before the tolerance."""
    spent, open_ = found.iterations >= prior.iterations, found.gap > prior.tolerance * found.value
    if bool((spent & open_).any()):
        sentence = f"{who.__name__} ended after {prior.iterations} steps, before its tolerance of {prior.tolerance:g}"
        warnings.warn(f"{sentence}: raise `iterations`, or take a weaker weight or step", stacklevel=3)
    return found
