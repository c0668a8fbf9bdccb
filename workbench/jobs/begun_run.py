"""A saved run that goes on under a hand."""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch

from workbench.algorithms import Algorithm, State
from workbench.jobs.carrying import restarted
from workbench.jobs.trail import RunMoment, RunTrail, Spent
from workbench.problem import Problem
from workbench.refusal import Refusal
from workbench.run import Ladder, Log, Marks, has_state, marks_of, state_in
from workbench.tensors import shown

if TYPE_CHECKING:
    import xarray as xr


@dataclass(frozen=True)
class BegunRun:
    """The `result` of a run that ended earlier: its rows, marks and seconds, and the state at its end.

    One that keeps no state goes on from its iterate, as a run goes on whose method has become another.
    """

    result: "xr.Dataset"

    @property
    def whole(self) -> bool:
        """Whether what follows is what would have followed, bit for bit on the same machine."""
        return has_state(self.result)

    @property
    def k(self) -> int:
        """The iterations behind it."""
        return int(self.result["k"][-1])

    @property
    def seconds(self) -> float:
        """The solver's seconds behind it."""
        return float(self.result["seconds"][-1])

    @property
    def calls(self) -> float:
        """The applications of the operator behind it; NaN where nobody counted."""
        return float(self.result["calls"][-1]) if "calls" in self.result.coords else math.nan

    @property
    def marks(self) -> Marks:
        """What was changed on its way, where it was run by hand."""
        return marks_of(self.result)

    def require(self) -> None:
        """ValueError, TypeError or KeyError where the file says nothing that can be gone on with."""
        _ = self.k, self.seconds, self.marks, self.log()

    def log(self) -> Log:
        """Its rows but the last, which is looked at again."""
        return Log.begun(self.result, 1)

    def trail(self, problem: Problem, algorithm: Algorithm) -> RunTrail:
        """The pictures that it keeps of its way; none where it was not asked to keep any."""
        ladder = Ladder.begun(self.result)
        ladder.upto(self.k - 1)
        rows = zip(ladder.ks, ladder.pictures, ladder.lengths, strict=True)
        return RunTrail(tuple(RunMoment(k, x, length, self._spent(k), problem, algorithm) for k, x, length in rows))

    def _spent(self, k: int) -> Spent:
        """What the solver had taken at an iteration, which need not be one of the rows."""
        ks, calls = self.result["k"].values, self.result.get("calls")
        counted = math.nan if calls is None else float(np.interp(k, ks, calls.values))
        return Spent(float(np.interp(k, ks, self.result["seconds"].values)), counted)

    def state(self, problem: Problem, algorithm: Algorithm, start: State, seed: int) -> State:
        """The state at its end; `start` is any of the same algorithm on the same problem."""
        if self.whole:
            return state_in(self.result, start)
        x = torch.from_numpy(self.result["u" if "u" in self.result else "x"].values).to(start.x.device, start.x.dtype)
        if x.shape != start.x.shape:
            remedy = "press reset, which begins anew"
            raise Refusal(f"an iterate of {shown(tuple(start.x.shape))}", shown(tuple(x.shape)), remedy)
        return restarted(problem, algorithm, x, self.k, seed)
