"""What probes read off a run: the rows of all iterations."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import torch
from torch import Tensor

from workbench.algorithms import State
from workbench.problem import Problem
from workbench.refusal import Refusal
from workbench.run.datasets import signal_dims
from workbench.run.quantity import Probe, Quantity, put
from workbench.tensors import plain

if TYPE_CHECKING:
    import xarray as xr

CALLS = "calls"  # the coordinate of applications of the operator
BLOCK = 256  # rows that are kept as one tensor: as tensors of their own they would take a hundred times the memory


@dataclass(frozen=True)
class Row:
    """What the probes read off one state, on its device, and what the solver had taken by then.

    Seconds, and `calls` of the operator in its steps, see `operators.calls`; NaN where nobody counted.
    """

    state: State
    seconds: float
    values: Mapping[str, Tensor]
    calls: float = math.nan

    @classmethod
    def read(cls, problem: Problem, state: State, seconds: float, probes: Iterable[Probe]) -> Self:
        """What the probes say of a state."""
        with torch.no_grad():
            values: dict[str, Tensor] = {}
            for probe in probes:
                put(values, probe, problem, state)
            return cls(state, seconds, values)


class Log:
    """A row for each state looked at, on its device: `ks`, `seconds`, `calls`, the columns; the last state is kept.

    One thread writes. Who reads in another thread sees whole rows, at least as many as it was told of.
    """

    def __init__(self) -> None:
        self.ks: list[int] = []
        self.seconds: list[float] = []
        self.calls: list[float] = []
        self.state: State | None = None
        self._parts: tuple[list[Mapping[str, Tensor]], list[Mapping[str, Tensor]]] = ([], [])

    @classmethod
    def begun(cls, dataset: "xr.Dataset", every: int) -> Self:
        """The rows of a run that goes on: every `every`-th before its last, which is looked at again."""
        made, ks = cls(), dataset["k"].values
        kept = np.flatnonzero((ks < ks[-1]) & (ks % every == 0))
        made.ks, made.seconds = ks[kept].tolist(), dataset["seconds"].values[kept].tolist()
        made.calls = dataset[CALLS].values[kept].tolist() if CALLS in dataset else [math.nan] * len(kept)
        columns = {str(n): v.values for n, v in dataset.data_vars.items() if v.dims in (("k", "batch"), ("k",))}
        if len(kept):
            made._parts = ([{n: torch.from_numpy(v[kept]) for n, v in columns.items()}], [])
        return made

    def add(self, row: Row) -> None:
        blocks, rows = self._parts
        if len(rows) > BLOCK:  # the last row stays open: it may yet be completed
            blocks, rows = self._parts = [*blocks, _stacked(rows[:-1])], rows[-1:]
        rows.append(row.values)
        self.seconds.append(row.seconds)
        self.calls.append(row.calls)
        self.ks.append(row.state.k)
        self.state = row.state

    def complete(self, values: Mapping[str, Tensor]) -> None:
        """The last row as it is once all was looked at."""
        self._parts[1][-1] = values

    def last(self) -> Mapping[str, Tensor]:
        """The values of the last row."""
        return self._parts[1][-1]

    def columns(self, begin: int = 0, end: int | None = None) -> dict[str, Tensor]:
        """(rows, batch) of each name; rows from `begin` up to `end`, NaN where one has no such number.

        Another method in the middle of a run may have a number more, or less.
        """
        blocks, rows = self._parts
        end = len(self.ks) if end is None else end
        first, found = 0, list[Mapping[str, Tensor]]()
        for block in blocks:
            size = len(next(iter(block.values()), ()))
            if first + size > begin and first < end:
                found.append({n: column[max(begin - first, 0) : end - first] for n, column in block.items()})
            first += size
        if late := rows[max(begin - first, 0) : max(end - first, 0)]:
            found.append(_stacked(late))
        like = {n: column[0] for block in blocks for n, column in block.items()} | _examples(rows)
        if not found:
            return {n: torch.zeros(0, 1) for n in like}
        return {n: torch.cat([_filled(part, n, example) for part in found]) for n, example in like.items()}

    def upto(self, state: State, count: int | None = None) -> Self:
        """The rows up to a state, at most `count` of them, as a log of its own."""
        made, ks = type(self)(), self.ks[:count]
        keep = sum(k <= state.k for k in ks)
        made.ks, made.seconds, made.state = ks[:keep], self.seconds[:keep], state
        made.calls = self.calls[:keep]
        if keep:
            columns = self.columns(0, keep)
            before, last = ({n: c[part] for n, c in columns.items()} for part in (slice(keep - 1), -1))
            made._parts = ([before] if keep > 1 else [], [last])
        return made

    def dataset(self, known: Iterable[Quantity] = (), **attrs: Any) -> "xr.Dataset":
        """A variable per name over (k, batch), the final iterate `x`, and the attributes.

        The quantities that are known give variables their attributes `long_name` and `units`.
        """
        import xarray as xr

        import workbench.run.accessor  # noqa: F401 - a run has .workbench

        if self.state is None or not self.ks:
            raise Refusal("at least one row", "none", "let the run take a step")
        ks = list(self.ks)  # the last to grow while a run goes on in another thread
        told = {name: quantity.attributes for quantity in known for name in quantity.names}
        variables: dict[str, Any] = {"x": (signal_dims("x", x := plain(self.state.x)), x.cpu().numpy())}
        for name, column in self.columns(0, len(ks)).items():
            variables[name] = (("k", "batch")[: column.ndim], plain(column).cpu().numpy(), told.get(name, {}))
        spent: dict[str, Any] = {"k": ks, "seconds": ("k", self.seconds[: len(ks)], {"units": "s"})}
        if any(map(math.isfinite, calls := self.calls[: len(ks)])):
            spent[CALLS] = ("k", calls, {"long_name": "operator calls"})
        return xr.Dataset(variables, spent, attrs)


def _stacked(rows: list[Mapping[str, Tensor]]) -> Mapping[str, Tensor]:
    like = _examples(rows)
    return {n: torch.stack([row[n] if n in row else _unknown(example) for row in rows]) for n, example in like.items()}


def _examples(rows: list[Mapping[str, Tensor]]) -> dict[str, Tensor]:
    """A value of each name that is in any of the rows."""
    return {n: value for row in rows for n, value in row.items()}


def _filled(part: Mapping[str, Tensor], name: str, example: Tensor) -> Tensor:
    """A column of a part, NaN where the part has none."""
    count = len(next(iter(part.values())))
    return part[name] if name in part else _unknown(example).expand(count, *example.shape)


def _unknown(example: Tensor) -> Tensor:
    return torch.full_like(example, math.nan, dtype=example.dtype if example.is_floating_point() else torch.float32)
