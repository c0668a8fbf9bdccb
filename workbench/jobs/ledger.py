"""The rows of a run that may go on for hours: numbers of many rows stand together in one tensor."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

import torch
from torch import Tensor

from workbench.algorithms import State
from workbench.refusal import Refusal
from workbench.run import Row, as_dataset

if TYPE_CHECKING:
    import xarray as xr

BLOCK = 256  # rows: as tensors of their own they would take a hundred times the memory


class Ledger:
    """A row for each iteration: `ks`, `seconds`, and what the probes read, on its device. One thread writes.

    Who reads in another thread sees whole rows, at least as many as it was told of.
    """

    def __init__(self) -> None:
        self.ks: list[int] = []
        self.seconds: list[float] = []
        self.state: State | None = None
        self._parts: tuple[list[Tensor], list[Mapping[str, Tensor]]] = ([], [])
        self._names: tuple[str, ...] = ()

    def add(self, row: Row) -> None:
        blocks, rows = self._parts
        if len(rows) > BLOCK:  # the last row stays open: it may yet be completed
            block = torch.stack([torch.stack([r[n] for n in self._names]) for r in rows[:-1]])
            blocks, rows = self._parts = [*blocks, block], rows[-1:]
        self._names = self._names or tuple(row.values)
        rows.append(row.values)
        self.seconds.append(row.seconds)
        self.ks.append(row.state.k)
        self.state = row.state

    def complete(self, values: Mapping[str, Tensor]) -> None:
        """The last row as it is once all was looked at."""
        self._parts[1][-1] = values

    def columns(self, begin: int = 0, end: int | None = None) -> dict[str, Tensor]:
        """(rows, batch) of each name; rows from `begin` up to `end`."""
        blocks, rows = self._parts
        end = len(self.ks) if end is None else end
        first, found = 0, list[Tensor]()
        for block in blocks:
            if first + len(block) > begin and first < end:
                found.append(block[max(begin - first, 0) : end - first])
            first += len(block)
        late = rows[max(begin - first, 0) : max(end - first, 0)]
        if late:
            found.append(torch.stack([torch.stack([row[n] for n in self._names]) for row in late]))
        table = torch.cat(found) if found else torch.zeros(0, len(self._names), 1)
        return dict(zip(self._names, table.unbind(1), strict=True))

    def upto(self, state: State, count: int | None = None) -> Self:
        """The rows up to a state, at most `count` of them, as a ledger of its own."""
        made, ks = type(self)(), self.ks[:count]
        keep = sum(k <= state.k for k in ks)
        made.ks, made.seconds, made.state, made._names = ks[:keep], self.seconds[:keep], state, self._names
        columns = self.columns(0, keep)
        if keep:
            table = torch.stack(list(columns.values()), 1)
            made._parts = ([table[:-1]] if keep > 1 else [], [dict(zip(columns, table[-1], strict=True))])
        return made

    def last(self) -> Mapping[str, Tensor]:
        """The values of the last row."""
        return self._parts[1][-1]

    def dataset(self, **attrs: Any) -> "xr.Dataset":
        """As `run.Log` makes it."""
        if self.state is None or not self.ks:
            raise Refusal("at least one row", "none", "let the run take a step")
        ks = list(self.ks)  # the last to grow while a run goes on in another thread
        return as_dataset(self.columns(0, len(ks)), (ks, self.seconds[: len(ks)]), self.state, attrs)
