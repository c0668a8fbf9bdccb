"""One run of a comparison: its label, what made it, and what it is of."""

import functools
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.comparison.settings import Flat, flat
from workbench.figures.shown import aligned, picture_of
from workbench.parameters import current
from workbench.refusal import Refusal
from workbench.run import RESUMABLE, Marks, Outcome, marks_of

if TYPE_CHECKING:
    import xarray as xr

PARTS = ("operator", "parametrisation", "noise", "prior", "algorithm")
_NEEDED = ("k", "seconds", "x", "y")


@dataclass(frozen=True, eq=False, repr=False)
class ComparedRun:
    """A run with its `label`; `path` is the file it came from, where it came from one.

    Numbers of a batch are their mean, pictures those of its first.
    """

    label: str
    dataset: "xr.Dataset"
    path: Path | None = None

    @functools.cached_property
    def description(self) -> Mapping[str, Any]:
        """What `describe` told of the experiment, under the names of today; Refusal where that cannot be read."""
        try:
            found = current(json.loads(self.dataset.attrs["spec"]))
        except (KeyError, TypeError, ValueError) as error:
            came = str(error) if isinstance(error, Refusal) else "one without"
            raise Refusal(f"a description in the run {self.label!r}", came, "give what run(...) returned") from error
        return found

    @functools.cached_property
    def settings(self) -> Flat:
        """Every setting by its dotted path."""
        told = flat(self.description)
        return told | ({"device": (self.dataset.attrs["device"], False)} if "device" in self.dataset.attrs else {})

    @functools.cached_property
    def picture(self) -> np.ndarray:
        """The reconstruction as it is drawn: (H, W), (H, W, 3) or (N,)."""
        return picture_of(self.dataset["x"].values)

    @functools.cached_property
    def truth(self) -> np.ndarray | None:
        """The truth as it is drawn, where it is known."""
        return picture_of(self.dataset["truth"].values) if "truth" in self.dataset else None

    @functools.cached_property
    def error(self) -> float | None:
        """|x - truth| / |truth| up to what the data cannot tell; None without a truth."""
        if "truth" not in self.dataset:
            return None
        truth = self.dataset["truth"].values
        away, size = (np.linalg.norm(v.reshape(len(v), -1), axis=1) for v in (aligned(self.dataset) - truth, truth))
        return float((away / size).mean()) if size.all() else None

    @property
    def marks(self) -> Marks:
        """The iterations at which settings were changed on the page, and which."""
        try:
            return marks_of(self.dataset)
        except Refusal:  # a file that is damaged there hides no curve of the others
            return ()

    @property
    def diverged(self) -> bool:
        return self.dataset.attrs.get("outcome") == Outcome.DIVERGED

    @property
    def interrupted(self) -> bool:
        return self.dataset.attrs.get("outcome") in RESUMABLE

    @property
    def changed_at(self) -> int:
        """The last iteration of other settings than those that the run tells; -1 where there were none."""
        return changed_at(self.marks)

    @property
    def truth_key(self) -> str:
        """Equal for runs with the same truth; empty without one."""
        return self._keys[2]

    @property
    def problem_key(self) -> str:
        """Equal for runs that minimise the same objective."""
        return self._keys[1]

    @property
    def objective_key(self) -> str:
        """Equal for runs whose objectives may share an axis."""
        return self._keys[0]

    @functools.cached_property
    def _keys(self) -> tuple[str, str, str]:
        y = self.dataset["y"].values
        truth = truth_key(self.dataset["truth"].values if "truth" in self.dataset else None)
        return objective_key(self.description, y.shape), problem_key(self.description, y), truth

    @functools.cached_property
    def recipe_key(self) -> str:
        """Equal for runs that differ by nothing but their seeds."""
        told = {n: v for n, (v, _) in self.settings.items() if n.rpartition(".")[2] != "seed" and n != "device"}
        return json.dumps(told, sort_keys=True)

    @functools.cached_property
    def seed_key(self) -> str:
        """Equal for runs of the same seeds."""
        return json.dumps({n: v for n, (v, _) in self.settings.items() if n.rpartition(".")[2] == "seed"})

    def column(self, name: str) -> np.ndarray | None:
        """A recorded quantity at each row, the mean over the batch; None where it was not recorded."""
        if name not in self.dataset or self.dataset[name].dims not in (("k", "batch"), ("k",)):
            return None
        values = self.dataset[name].values.astype(float)
        return values.mean(axis=1) if values.ndim == 2 else values

    def __repr__(self) -> str:
        return f"ComparedRun({self.label!r})"


def require_run(dataset: "xr.Dataset", what: str) -> None:
    """Refuse a Dataset that is no run."""
    if "spec" not in dataset.attrs:
        raise Refusal(
            "runs to compare", f"{what}, without a description", "give what run(...) or storage.load returned"
        )
    if missing := [name for name in _NEEDED if name not in dataset.variables]:
        raise Refusal("whole runs to compare", f"{what}, without {', '.join(missing)}", "save the run again")


def changed_at(marks: Sequence[tuple[int, str]]) -> int:
    """The iteration of the last of the marks that changes leave: its row is still of the settings before."""
    return marks[-1][0] if marks else -1


def truth_key(truth: np.ndarray | None) -> str:
    """Equal for the same truth; empty for none."""
    return "" if truth is None else _digest(truth)


def problem_key(description: Mapping[str, Any], y: np.ndarray) -> str:
    """Equal for runs that minimise the same objective: the same parts, and the same data."""
    return json.dumps(_posed(description), sort_keys=True) + _digest(y)


def objective_key(description: Mapping[str, Any], shape: tuple[int, ...]) -> str:
    """Equal for runs whose objectives may share an axis: the same but for seeds, algorithm and how long."""
    alike = {n: v for n, (v, _) in flat(_posed(description)).items() if n.rpartition(".")[2] != "seed"}
    source = description.get("source", description.get("truth"))
    return json.dumps([alike, source, list(shape)], sort_keys=True)


def _posed(description: Mapping[str, Any]) -> dict[str, Any]:
    return {part: description.get(part) for part in PARTS if part != "algorithm"}


def _digest(values: np.ndarray) -> str:
    head = f"{values.shape}{values.dtype}"
    return hashlib.sha256(head.encode() + np.ascontiguousarray(values).tobytes()).hexdigest()
