"""The rows of a run as host arrays that grow with it."""

from typing import Any

import numpy as np
import torch

from workbench.analysis import Kind
from workbench.jobs.snapshot import Proof, Snapshot
from workbench.run import Log

Array = np.ndarray


def certificates(proofs: tuple[Proof, ...]) -> dict[str, Array]:
    """Certificates as columns: k, seconds, and one for each kind, NaN where it was another."""
    columns = {"k": [p.k for p in proofs], "seconds": [p.seconds for p in proofs]}
    kinds = {str(kind): [p.relative if p.kind is kind else np.nan for p in proofs] for kind in Kind}
    return {name: np.asarray(column, float) for name, column in (columns | kinds).items()}


class Grown:
    """Numbers that become more, in an array with room to grow; NaN before the first one."""

    def __init__(self) -> None:
        self._room, self.count = np.full(64, np.nan), 0

    def put(self, begin: int, values: Any) -> None:
        """These numbers from place `begin` on, the last ones."""
        self.count = begin + len(values)
        if self.count > len(self._room):
            self._room = np.concatenate([self._room[:begin], np.full(2 * self.count - begin, np.nan)])
        self._room[begin : self.count] = values

    @property
    def array(self) -> Array:
        return self._room[: self.count]


class Columns:
    """The rows of a log as host arrays, copied from the device once, all that are new in one piece."""

    def __init__(self) -> None:
        self._forget(None)

    def _forget(self, log: Log | None) -> None:
        self._log, self._ks, self._seconds, self._calls = log, Grown(), Grown(), Grown()
        self._values: dict[str, Grown] = {}

    def read(self, snapshot: Snapshot) -> None:
        """Take in what the log has gained; start again when it is another log."""
        log, count = snapshot.log, snapshot.recorded
        if log is None or not count:
            return
        if log is not self._log or count < self._ks.count:
            self._forget(log)
        # The last row is read again: it may have been completed since.
        begin = max(self._ks.count - 1, 0)
        columns = log.columns(begin, count)
        table = torch.stack([column[:, 0] for column in columns.values()]).cpu().numpy()
        self._ks.put(begin, log.ks[begin:count])
        self._seconds.put(begin, log.seconds[begin:count])
        self._calls.put(begin, log.calls[begin:count])
        for name, values in zip(columns, table, strict=True):
            self._values.setdefault(name, Grown()).put(begin, values)

    @property
    def ks(self) -> Array:
        return self._ks.array

    @property
    def seconds(self) -> Array:
        return self._seconds.array

    @property
    def calls(self) -> Array:
        return self._calls.array

    def arrays(self) -> dict[str, Array]:
        return {name: grown.array for name, grown in self._values.items()}
