"""Numbers of the reconstructed picture itself."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import numpy as np

from workbench.lessons.readouts.base import Readout
from workbench.parameters import Range

if TYPE_CHECKING:
    from workbench.lessons.demonstration import Demonstration


@dataclass(frozen=True)
class ZerosOfPicture(Readout):
    """How many entries of the picture are exactly 0."""

    def read(self, shown: "Demonstration") -> float:
        return float((shown.picture == 0).sum())

    def __str__(self) -> str:
        return "the entries of x that are exactly 0"


@dataclass(frozen=True)
class NormOfPicture(Readout):
    """(sum |x|^order)^(1/order): the l1 norm for order 1, the Euclidean norm for order 2."""

    order: Annotated[float, Range(1, 2, limits=(1, 100)), "order of the norm"] = 1.0

    def read(self, shown: "Demonstration") -> float:
        return float((np.abs(shown.picture).astype(float) ** self.order).sum() ** (1 / self.order))

    def __str__(self) -> str:
        return f"the l{self.order:g} norm of x"


@dataclass(frozen=True)
class LeastOfPicture(Readout):
    """The smallest entry of a real picture."""

    def read(self, shown: "Demonstration") -> float:
        return float(np.real(shown.picture).min())

    def __str__(self) -> str:
        return "the smallest entry of x"
