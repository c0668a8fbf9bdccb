"""Which cells a sweep has: one experiment, changed along axes by dotted paths."""

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from workbench.experiment import Experiment, from_description
from workbench.parameters import as_text, describe, rebuild, renamed
from workbench.paths import altered, at, own_parameters
from workbench.refusal import Refusal, short
from workbench.sweeps.fingerprint import fingerprint

SEED = "seed"
_PLACES = ("data", "path")  # arguments of sources that name a file
Index = tuple[int, ...]


@dataclass(frozen=True)
class SweepAxis:
    """A dimension of the result; each of its places changes the experiment by the words it has, by dotted path.

    `numbers` count slices of a volume, which are of one shape.
    """

    name: str
    choices: tuple[Mapping[str, Any], ...]
    numbers: tuple[int, ...] = ()

    def coordinates(self) -> dict[str, np.ndarray]:
        """The values of each path along the axis: numbers as they are, all else as a person types it."""
        found = {path: _column([choice[path] for choice in self.choices]) for path in self.choices[0]}
        return {self.name: np.array(self.numbers)} | found if self.numbers else found

    def only(self, place: int) -> "SweepAxis":
        """The axis with one place."""
        return SweepAxis(self.name, (self.choices[place],), self.numbers[place : place + 1])

    @property
    def tried(self) -> range:
        """The places that are tried before a sweep begins: of seeds and slices, which are alike, the first."""
        return range(1 if self.numbers or self.name == SEED else len(self.choices))


@dataclass(frozen=True)
class Plan:
    """The cells of a sweep: every combination of the places of its axes."""

    job: Experiment
    axes: tuple[SweepAxis, ...]

    @property
    def shape(self) -> tuple[int, ...]:
        return tuple(len(axis.choices) for axis in self.axes)

    @property
    def count(self) -> int:
        return math.prod(self.shape)

    @property
    def of_volume(self) -> bool:
        """Whether its pictures are the slices of a volume, all of which are wanted."""
        return any(axis.numbers for axis in self.axes)

    def words(self, index: Index) -> dict[str, Any]:
        """What a cell changes of the job."""
        return {p: v for axis, i in zip(self.axes, index, strict=True) for p, v in axis.choices[i].items()}

    def only(self, index: Index) -> "Plan":
        """The plan of one cell, which is small where this one is large; its index is all zeros."""
        return Plan(self.job, tuple(axis.only(i) for axis, i in zip(self.axes, index, strict=True)))

    def experiment(self, index: Index) -> Experiment:
        """The experiment of a cell; its operator follows the signal where that is changed."""
        words = renamed.arguments("experiment.Experiment", {_full(p): v for p, v in self.words(index).items()})
        made = altered(self.job, words, self.job.operator.in_shape)
        alike = {path for axis in self.axes if axis.numbers for path in axis.choices[0]}
        return made.fitted() if any(path.partition(".")[0] == "source" for path in set(words) - alike) else made

    def require(self) -> None:
        """Refusal where a path or a value is wrong: each place of each axis is tried, the others at their first."""
        for number, axis in enumerate(self.axes):
            for i in axis.tried:
                self.experiment(tuple(i if n == number else 0 for n in range(len(self.axes))))

    def unit(self, path: str) -> str:
        """The unit of the parameter at a path; nothing where it has none, or is there in some cells only."""
        owner, _, name = _full(path).rpartition(".")
        try:
            found = own_parameters(type(at(self.job, owner))).get(name)
        except Refusal:  # one of a part that another axis brings in
            return ""
        return found.range.unit if found is not None and found.range is not None else ""

    def told(self) -> str:
        """The sweep as JSON, equal for equal sweeps."""
        axes = [
            {"name": a.name, "choices": [{p: describe(v) for p, v in c.items()} for c in a.choices]} for a in self.axes
        ]
        return json.dumps({"job": describe(self.job), "axes": axes}, sort_keys=True)

    def files(self) -> dict[str, str]:
        """The files of the sources of all cells, with what each is known again by."""
        paths = {path for path in _paths(json.loads(self.told())) if Path(path).exists()}
        return {path: fingerprint(path) for path in sorted(paths)}

    @classmethod
    def of(cls, told: str) -> "Plan":
        """The sweep of that JSON; Refusal for one that holds what cannot be made again from words alone."""
        found = json.loads(told)
        axes = [
            SweepAxis(axis["name"], tuple({p: rebuild(v) for p, v in c.items()} for c in axis["choices"]))
            for axis in found["axes"]
        ]
        if not axes or not all(axis.choices and axis.choices[0] for axis in axes):
            raise ValueError("a sweep without places")
        return cls(from_description(found["job"]), tuple(axes))


def _full(path: str) -> str:
    """A path of `--set` as one of an experiment: there measured data are `data`, a simulated signal `truth`."""
    first, dot, rest = path.partition(".")
    return f"source{dot}{rest}" if first in ("data", "truth") else path


def plan(job: Experiment, grid: Mapping[str, Sequence[Any]], seeds: int = 1, others: Sequence[SweepAxis] = ()) -> Plan:
    """A grid: each path with its list of values is an axis, then come others, such as `slices(job)`, and seeds last."""
    axes = [SweepAxis(path, tuple({path: value} for value in _values(path, given))) for path, given in grid.items()]
    return with_seeds(job, [*axes, *others], seeds)


def with_seeds(job: Experiment, axes: Sequence[SweepAxis], seeds: int) -> Plan:
    """The axes and one of seeds, from the job's on."""
    if isinstance(seeds, bool) or not isinstance(seeds, int) or seeds < 1:
        raise Refusal("a whole number of seeds from 1", short(repr(seeds), 40), "write, for example, seeds: 3")
    if any(SEED in axis.choices[0] for axis in axes):
        raise Refusal(
            "seeds as a number", "the path 'seed' in the grid", "write seeds: N for N seeds from the job's on"
        )
    every = SweepAxis(SEED, tuple({SEED: job.seed + i} for i in range(seeds)))
    made = Plan(job, (*axes, every))
    made.require()
    return made


def _values(path: str, given: Any) -> list[Any]:
    if isinstance(given, str | Mapping) or not hasattr(given, "__iter__"):
        raise Refusal(f"a list of values for {path}", repr(given), f"write {path}: [first, second]")
    values = [value.item() if isinstance(value, np.generic) else value for value in given]
    texts = {as_text(value) for value in values}
    if not values or len(texts) < len(values):
        came = "an empty list" if not values else "a value twice"
        raise Refusal(f"values for {path}, each once", came, f"write {path}: [first, second]")
    return values


def _paths(told: Any) -> Iterator[str]:
    """The paths in a description: sources name them by these arguments, axes by dotted paths that end so."""
    for name, value in told.items() if isinstance(told, Mapping) else ():
        if isinstance(value, str) and name.rpartition(".")[2] in _PLACES:
            yield value
    parts = told.values() if isinstance(told, Mapping) else told if isinstance(told, list) else ()
    for part in parts:
        yield from _paths(part)


def _column(values: list[Any]) -> np.ndarray:
    if all(isinstance(v, int | float) and not isinstance(v, bool) for v in values):
        return np.array(values)
    return np.array([as_text(v) for v in values])
