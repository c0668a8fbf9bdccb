"""What networks learn from: small real tasks, and none of them a download."""

import math
from abc import ABC, abstractmethod
from typing import Annotated, ClassVar, NamedTuple

from torch import Tensor

from workbench.parameters import Checked, Range

Share = Annotated[float, Range(0.1, 1, limits=(0.001, 1)), "share of the examples that is learned, the first ones"]


class Table(NamedTuple):
    """Inputs (N, *shape) and targets (N, outputs), float64; a class is a target of a 1 among 0s."""

    inputs: Tensor
    targets: Tensor


class Examples(ABC, metaclass=Checked):
    """A task: what goes in, what should come out. Subclasses are frozen dataclasses."""

    classes: ClassVar[bool] = True  # whether targets are classes; else numbers
    share: float

    @abstractmethod
    def table(self) -> Table:
        """All the examples, in the order of their source."""

    def split(self) -> tuple[Table, Table]:
        """The examples to learn from, and those held out: none where all are learned."""
        inputs, targets = self.table()
        cut = max(1, math.floor(self.share * len(inputs)))
        return Table(inputs[:cut], targets[:cut]), Table(inputs[cut:], targets[cut:])
