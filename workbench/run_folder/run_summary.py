"""What a saved run is of, in a few words, and how they are read from its file."""

import json
import math
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from workbench.refusal import Refusal
from workbench.version import DESCRIPTIONS

ENDING = ".nc"
_PARTS = ("operator", "parametrisation", "noise", "prior", "algorithm")


@dataclass(frozen=True)
class RunSummary:
    """What a saved run is of: its `name` in the folder, when it was saved, its parts, and how far it came.

    `running`: a process is at it still. One that is not, and is "interrupted" or "failed" by its `outcome`, can be gone
    on with.
    `remark` says why its tags are not known, where they cannot be read.
    """

    name: str
    saved: str
    parts: Mapping[str, str]
    k: int
    psnr: float | None
    ended: str
    outcome: str = ""
    running: bool = False
    tags: tuple[str, ...] = ()
    note: str = ""
    remark: str = ""

    @property
    def cut_short(self) -> bool:
        """Whether it ended before its end: run.CUT_SHORT, for which torch would be imported."""
        return self.outcome in ("interrupted", "diverged", "failed")


def read(path: Path) -> tuple[RunSummary, Mapping[str, Any]] | None:
    """A run and its description; None for a file that is no run. OSError where it cannot be opened now.

    Only the last numbers are read, by h5py: xarray takes ten times as long.
    """
    saved = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(path.stat().st_mtime))
    with path.open("rb"):  # what the system says; h5py says the same of a file that may not be read and of no run
        pass
    try:
        found = _opened(path)
    except Refusal:
        raise
    except Exception:  # no run, or a damaged one, of which h5py says whatever it likes
        return None
    summary, description = found
    return replace(summary, saved=saved), description


def _opened(path: Path) -> tuple[RunSummary, Mapping[str, Any]]:
    import h5py

    file: Any
    with h5py.File(path, "r") as file:
        told = current(json.loads(_text(file.attrs["spec"])))
        psnr = float(file["psnr"][-1].mean()) if "psnr" in file else math.nan
        k = int(file["k"][-1])
        ended, outcome = (_text(file.attrs.get(name, "")) for name in ("ended", "outcome"))
    _require_storable(told, ended, outcome)
    parts = {part: told[part]["type"].rpartition(".")[2] for part in _PARTS if part in told}
    return RunSummary(path.stem, "", parts, k, psnr if math.isfinite(psnr) else None, ended, outcome), told


def current(told: Mapping[str, Any]) -> Mapping[str, Any]:
    """A description under the rules of today, without its version; torch is imported for one of the first format."""
    version = told.get("version")
    if version not in (None, DESCRIPTIONS):
        raise Refusal(f"a run of version {DESCRIPTIONS} or older", repr(version), "read it with the newer workbench")
    if version == DESCRIPTIONS:
        return {name: value for name, value in told.items() if name != "version"}
    from workbench import parameters

    return parameters.current(told)


def _require_storable(*said: Any) -> None:
    """ValueError for what neither the index nor JSON has: NaN, infinity and halves of letters."""
    json.dumps(said, allow_nan=False, ensure_ascii=False).encode()


def _text(value: Any) -> str:
    """An attribute as h5py gives it: text, or bytes from another writer."""
    return value.decode() if isinstance(value, bytes) else str(value)
