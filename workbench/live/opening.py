"""What can be opened as a page: an experiment, or the run of one."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from torch import Tensor

from workbench import storage
from workbench.data import Measured
from workbench.experiment import Experiment, from_run
from workbench.live.caps import Caps
from workbench.live.session import Session
from workbench.problem import Problem
from workbench.refusal import Refusal

if TYPE_CHECKING:
    import xarray as xr

_WANTED = "an Experiment, a run (a Dataset or its file), or a Problem of measured data"


@dataclass(frozen=True)
class Opening:
    """What a page or a cell begins with: an `experiment`, a `truth` that its source lacks, the `result` of a run."""

    experiment: Experiment
    truth: Tensor | None = None
    result: "xr.Dataset | None" = None

    @classmethod
    def of(cls, given: Any) -> "Opening":
        """Of an Experiment, a Problem, a run or its file; of nothing, the default experiment."""
        if isinstance(given, Opening):
            return given
        if isinstance(given, str | Path):
            return cls.of(storage.load(given))
        if "spec" in getattr(given, "attrs", {}):
            return cls(from_run(given), result=given)
        if isinstance(given, Problem):
            return cls(as_experiment(replace(given, truth=None)), given.truth)
        return cls(Experiment() if given is None else as_experiment(given))

    def session(self, caps: Caps | None = None) -> Session:
        """A session that begins with it: with a run, at its end."""
        made = Session(self.experiment, self.truth, caps)
        if self.result is not None:
            made.take_run(self.result)
        return made


def as_experiment(given: Any) -> Experiment:
    """The experiment itself, that of a saved run, or one of the measured data of a Problem."""
    if isinstance(given, Experiment):
        return given
    if isinstance(given, str | Path):
        return as_experiment(storage.load(given))
    if "spec" in getattr(given, "attrs", {}):
        return from_run(given)
    if isinstance(given, Problem) and given.truth is None:
        parts = given.given_operator, given.noise, given.prior.given
        return Experiment(Measured(given.y), *parts, parametrisation=given.parametrisation)
    if isinstance(given, Problem):
        remedy = "give Experiment(signal, operator, noise, prior, algorithm), which makes the data, or leave truth out"
        raise Refusal(_WANTED, "a Problem with data and a truth of its own", remedy)
    raise Refusal(_WANTED, f"a {type(given).__name__}", "create_app(Experiment()) shows the default one")
