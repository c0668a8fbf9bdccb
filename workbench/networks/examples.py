"""What networks learn from: small real tasks, and none of them a download."""

import gzip
import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, ClassVar, NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from workbench.data import twelve_bit
from workbench.parameters import Checked, Range
from workbench.refusal import Refusal

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


@dataclass(frozen=True)
class TwelveBit(Examples):
    """All 4096 words of 12 bits in the order of their numbers, and a label invariant under the rotations of a solid.

    Shwartz-Ziv & Tishby 2017, arXiv:1703.00810, learn the first 80 %.
    """

    share: Share = 0.8

    def table(self) -> Table:
        words, labels = twelve_bit()
        return Table(words.double(), functional.one_hot(labels, 2).double())


@dataclass(frozen=True)
class DigitExamples(Examples):
    """1797 handwritten digits of 8 x 8, in [0, 1], as scikit-learn ships them: (1, 8, 8) and ten classes.

    Alpaydin & Kaynak 1998, doi 10.24432/C50P49.
    """

    share: Share = 0.8

    def table(self) -> Table:
        found = find_spec("sklearn")
        if found is None or found.origin is None:
            came = "an installation without it"
            raise Refusal("the package sklearn", came, 'pip install "inverse-workbench[data]"')
        with gzip.open(Path(found.origin).parent / "datasets" / "data" / "digits.csv.gz", "rt") as file:
            rows = torch.from_numpy(np.loadtxt(file, delimiter=","))
        pictures = rows[:, :64].reshape(-1, 1, 8, 8) / 16
        return Table(pictures, functional.one_hot(rows[:, 64].long(), 10).double())


@dataclass(frozen=True)
class ChebyshevRegression(Examples):
    """y = T_d(x) at the Chebyshev points x_i = cos((i + 1/2) pi / n): the least task with an edge of stability.

    After Cohen et al. 2021, arXiv:2103.00065.
    """

    points: Annotated[int, Range(5, 200, log=True, limits=(1, 100_000)), "number of points"] = 20
    degree: Annotated[int, Range(1, 10, limits=(0, 1000)), "degree of the polynomial"] = 4
    share: Share = 1.0

    classes = False

    def table(self) -> Table:
        angles = (torch.arange(self.points, dtype=torch.float64) + 0.5) * math.pi / self.points
        return Table(angles.cos()[:, None], (self.degree * angles).cos()[:, None])
