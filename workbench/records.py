"""A saved run, opened: what it shows, what made it, and the way on from its end."""

import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from workbench import storage
from workbench.experiment import Experiment, from_run
from workbench.parameters import changed, current
from workbench.refusal import Refusal, listed
from workbench.run import Outcome, has_state, marks_of

if TYPE_CHECKING:
    import xarray as xr


@dataclass(frozen=True, repr=False)
class Record:
    """A saved run: its `path`, its `result` as a Dataset, and the `experiment` that made it."""

    path: Path
    result: "xr.Dataset"
    experiment: Experiment

    @property
    def k(self) -> int:
        """The iterations behind it."""
        return int(self.result["k"][-1])

    @property
    def changes(self) -> tuple[str, ...]:
        """What was changed on its way, by hand: no run of its experiment in one go is like it."""
        return tuple(f"{text} at k = {k}" for k, text in marks_of(self.result))

    def resume(self, steps: int, out: str | Path | None = None) -> "xr.Dataset":
        """The run of `steps` iterations in all, gone on with from its end: as in one go, bit for bit.

        With `out`, which may be its own file, it is saved while it goes. Refusal where it has as many already, or
        keeps no state (a file of an older workbench).
        """
        return changed(self.experiment, steps=steps).run(every=every(self.result), begun=self.result, out=out)

    def __repr__(self) -> str:
        made = self.experiment
        parts = ", ".join(type(p).__name__ for p in (made.operator, made.noise, made.prior, made.algorithm))
        quality = f"\npsnr {float(self.result['psnr'].values[-1].mean()):.4g} dB" if "psnr" in self.result else ""
        ended = self.result.attrs.get("ended") or f"{self.k} iterations"
        moved = f"\nchanged on its way: {'; '.join(self.changes)}" if self.changes else ""
        return f"Record of {self.path.name}: {parts}{quality}{moved}\nended: {ended}; {self._way}"

    @property
    def _way(self) -> str:
        """What may be done with its end."""
        if self.result.attrs.get("outcome") == Outcome.DIVERGED:
            return "to go on from its last good state is to diverge again: run it with other settings"
        return f"resume({2 * max(self.k, 1)}) goes on" if has_state(self.result) else "it keeps no state to go on from"


def open(path: str | Path) -> Record:
    """The run of a file that `storage.save`, `workbench run --out` or the page wrote; Refusal for any other file."""
    result = load(path)
    return Record(Path(path), result, from_run(result))


def every(result: "xr.Dataset") -> int:
    """The iterations between two rows of a run; of a file of before, which does not tell, those of its first two."""
    ks = result["k"].values
    return int(result.attrs.get("every", ks[1] - ks[0] if len(ks) > 2 else 1))


def load(path: str | Path) -> "xr.Dataset":
    """The Dataset of such a file, whole."""
    result = storage.load(path)
    if missing := [name for name in ("k", "seconds", "x", "y") if name not in result.variables]:
        raise Refusal("a whole run", f"{path}, without {', '.join(missing)}", "save the run again")
    return result


@dataclass(frozen=True)
class Repetition:
    """How near a run came to an earlier one of the same description: max |x - x'| / max |x'|, 0 where bit for bit.

    `device` and `program` are those of the earlier one. Where the two cannot be compared `unlike` says why, and there
    is no difference.
    """

    difference: float | None
    device: str
    program: str
    unlike: str = ""

    def sentence(self, name: str) -> str:
        """In words, of the file that the earlier one is in."""
        if self.difference is None:
            return f"not compared with {name}: {self.unlike}"
        if not self.difference:
            return f"repeats {name} bit for bit"
        made = f"which {self.program} made on {self.device}"
        if not math.isfinite(self.difference):
            return f"differs from {name}, {made}, without bound: x is not finite in one of them"
        return f"differs from {name}, {made}, by at most {self.difference:.2g} of the largest value of x"


def repetition(earlier: "xr.Dataset", result: "xr.Dataset") -> Repetition:
    """How far a run is from an earlier one; why not, where it is of another experiment or length, or moved by hand.

    Experiments that differ in their device alone are the same.
    """
    device, program = (str(earlier.attrs.get(word, "an older workbench")) for word in ("device", "program"))
    if unlike := _unlike(earlier, result):
        return Repetition(None, device, program, unlike)
    before, after = (run["x"].values for run in (earlier, result))
    if np.array_equal(before, after, equal_nan=True):
        return Repetition(0.0, device, program)
    away, scale = float(np.abs(after - before).max()), float(np.abs(before).max()) or 1.0
    # infinite where one of them left for infinity
    return Repetition(away / scale if math.isfinite(away / scale) else math.inf, device, program)


def _unlike(earlier: "xr.Dataset", result: "xr.Dataset") -> str:
    """Why a run says nothing of an earlier one, as a sentence of that; empty where it does."""
    if marks_of(earlier):
        return "it was changed on its way"
    lengths = [int(run["k"][-1]) for run in (earlier, result)]
    if lengths[0] != lengths[1]:
        return f"it has {lengths[0]} iterations, this run has {lengths[1]}"
    told = [json.loads(run.attrs["spec"]) for run in (earlier, result)]
    before, after = (current(each) | {"device": ""} for each in told)
    if before != after and "version" not in told[0]:
        return "it is described in the format of an older workbench"
    if others := [name for name in before | after if before.get(name) != after.get(name)]:
        return f"another experiment made it, with another {listed(others)}"
    if earlier["x"].shape != result["x"].shape:
        return f"its x is of shape {earlier['x'].shape}, that of this run of {result['x'].shape}"
    return ""
