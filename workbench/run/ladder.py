"""Iterates that a run keeps on its way: as many as there is room for, spread by how far the picture has moved."""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

import numpy as np
import torch
from torch import Tensor

from workbench.algorithms.base import S
from workbench.problem import Problem
from workbench.run.datasets import signal_dims
from workbench.tensors import plain

if TYPE_CHECKING:
    import xarray as xr

MOST = 32  # iterates, where they fit into
ROOM = 2**28  # bytes
_EACH = 32  # the first so many iterations are looked at, each; then half as many whenever k doubles
ITERATES, AXIS, LENGTH = "iterates", "iterate", "path_length"


@dataclass
class Ladder:
    """Pictures x at iterations `ks`, and how long the path was until there, `lengths`: the sum of |x - x before|.

    Which iterations are looked at depends on their number alone, and which of them stay on the pictures alone: a run
    that goes on keeps what one in one go does. The first and the last that were looked at always stay; where there is
    no room, the one goes whose neighbours are nearest to each other along the path.
    """

    ks: list[int] = field(default_factory=list)
    lengths: list[float] = field(default_factory=list)
    pictures: list[Tensor] = field(default_factory=list)
    most: int = MOST  # pictures, where they fit into ROOM

    @classmethod
    def begun(cls, dataset: "xr.Dataset") -> Self:
        """The ladder of a run that goes on; an empty one where it has none."""
        if ITERATES not in dataset:
            return cls()
        pictures = [torch.from_numpy(np.array(v)) for v in dataset[ITERATES].values]
        return cls(dataset[AXIS].values.tolist(), dataset[LENGTH].values.tolist(), pictures)

    def along(self, problem: Problem, states: Iterable[S]) -> Iterator[S]:
        """The same states, looked at on their way."""
        for state in states:
            if self.due(state.k):
                with torch.no_grad():
                    self.look(state.k, problem.picture(state.x))
            yield state

    def due(self, k: int) -> bool:
        """Whether the state after k iterations is to be looked at."""
        return k % (1 << (k // _EACH).bit_length()) == 0 and (not self.ks or k > self.ks[-1])

    def look(self, k: int, x: Tensor) -> None:
        """Keep the picture, at the cost of another where there is no room."""
        x = _apart(plain(x))
        most = min(self.most, ROOM // max(x.nbytes, 1))
        moved = float(torch.linalg.vector_norm(x - self.pictures[-1])) if self.pictures else 0.0
        if most < 2 or not math.isfinite(moved):
            return
        self.ks.append(k)
        self.lengths.append(moved + (self.lengths[-1] if self.lengths else 0.0))
        self.pictures.append(x)
        while len(self.ks) > most:
            self._drop()

    def upto(self, k: int) -> None:
        """Forget what came after an iteration."""
        count = sum(each <= k for each in self.ks)
        for column in (self.ks, self.lengths, self.pictures):
            del column[count:]

    def added(self, dataset: "xr.Dataset") -> "xr.Dataset":
        """The Dataset with the iterates: `iterates` over `iterate`, their iterations, and their `path_length`."""
        if not self.ks:
            return dataset
        values = torch.stack(self.pictures).numpy()
        dims = (AXIS, *signal_dims("x", self.pictures[0]))
        told = {"long_name": "length of the path of x"}
        return dataset.assign_coords({AXIS: np.array(self.ks)}).assign(
            {ITERATES: (dims, values), LENGTH: (AXIS, np.array(self.lengths), told)}
        )

    def _drop(self) -> None:
        """Let one go, not the first and not the last; of two only the first can."""
        inner = range(1, len(self.ks) - 1)
        index = min(inner, key=lambda i: self.lengths[i + 1] - self.lengths[i - 1])
        for column in (self.ks, self.lengths, self.pictures):
            del column[index]


def _apart(x: Tensor) -> Tensor:
    """The picture on the processor, in memory that holds nothing else: states are never written to again."""
    kept = x.detach().cpu()
    return kept if kept.untyped_storage().nbytes() == kept.nbytes else kept.clone()
