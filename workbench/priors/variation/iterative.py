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


Found = TypeVar("Found", bound=Solution)


def told(found: Found, who: type, tolerance: float, most: int) -> Found:
    """The solution itself, and a warning, once for each setting, where the steps were spent before the tolerance."""
    spent, open_ = found.iterations >= most, found.gap > tolerance * found.value
    if bool((spent & open_).any()):
        sentence = f"{who.__name__} ended after {most} steps, before its tolerance of {tolerance:g}"
        warnings.warn(f"{sentence}: raise `iterations`, or take a weaker weight or step", stacklevel=3)
    return found
