"""A sweep that was kept, opened again: its best settings, and the experiment of every cell."""

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.analysis.metrics import QUANTITIES
from workbench.experiment import Experiment
from workbench.parameters import as_text
from workbench.refusal import Refusal, one_of
from workbench.sweeps.plan import SEED, Index, Plan, SweepAxis
from workbench.sweeps.store import SENTENCE, STATUS, TOLD
from workbench.written import is_written

if TYPE_CHECKING:
    import xarray as xr

_HIGHER = {name for quantity in QUANTITIES if quantity.best for name in quantity.names}


@dataclass(frozen=True)
class SettingResult:
    """A setting of a sweep, by dotted path, and a figure of merit over its seeds: mean, sample deviation, how many.

    `index` is the cell of its first seed; `deviation` is NaN for a single one. Of `seeds` cells `count` are done with a
    finite value: where some have failed, or are still to be run, the mean is that of the others.
    """

    index: Index
    words: Mapping[str, Any]
    mean: float
    deviation: float
    count: int
    seeds: int

    @property
    def whole(self) -> bool:
        """Whether every seed has a value."""
        return self.count == self.seeds


@dataclass(frozen=True, repr=False)
class SweepTable:
    """The `dataset` of a sweep and the `plan` of its cells: `opened("sweep.zarr").best("psnr")`."""

    dataset: "xr.Dataset"
    plan: Plan

    @property
    def quantities(self) -> list[str]:
        """The figures of merit that every cell has: psnr first, where there is a truth."""
        dims = {axis.name for axis in self.plan.axes}
        names = [str(n) for n, v in self.dataset.data_vars.items() if set(v.dims) == dims]
        return sorted((n for n in names if n not in (STATUS, SENTENCE)), key=lambda name: (name != "psnr", name))

    def quantity(self, name: str = "") -> str:
        """The name itself, if the sweep has it; psnr, or else the objective, where none is given."""
        if name:
            return one_of("a figure of merit of this sweep", name, self.quantities)
        usual = [q for q in ("psnr", "objective") if q in self.quantities]
        if not self.quantities:
            failures, counts = self.failures(), self.counts()
            remedy = f"the first one said: {failures[0]}" if failures else "run the sweep first"
            raise Refusal(
                "a sweep with a cell that is done", f"{counts['failed']} failed, {counts['left']} left", remedy
            )
        return (usual or self.quantities)[0]

    def best(self, quantity: str = "", count: int = 10) -> list[SettingResult]:
        """The settings in the order of the mean over seeds: the highest first where that is better, else the lowest.

        Those of which a seed has no value come after all others.
        """
        name = self.quantity(quantity)
        return ranked(self.settings(name), name)[:count]

    def failures(self) -> list[str]:
        """What failed cells have said, every sentence once, the most frequent first."""
        said = Counter(str(sentence) for sentence in self.dataset[SENTENCE].values.ravel() if sentence)
        return [sentence for sentence, _ in said.most_common()]

    def settings(self, quantity: str = "") -> list[SettingResult]:
        """Every setting in the order of the grid; the mean is NaN where no cell is done."""
        name = self.quantity(quantity)
        dims = [axis.name for axis in self.plan.axes]
        values = self.dataset[name].transpose(*dims).values  # the last dimension is that of the seeds
        found = []
        for place in np.ndindex(values.shape[:-1]):
            seen = values[place][np.isfinite(values[place])]
            index = (*place, 0)
            words = {
                path: value for axis, i in zip(self.plan.axes, index, strict=True) for path, value in _said(axis, i)
            }
            mean, deviation = (seen.mean() if len(seen) else math.nan, seen.std(ddof=1) if len(seen) > 1 else math.nan)
            found.append(SettingResult(index, words, float(mean), float(deviation), len(seen), values.shape[-1]))
        return found

    @property
    def paths(self) -> dict[str, list[Any]]:
        """The parameters but the seed, each with its values in their order, every value once."""
        found: dict[str, list[Any]] = {}
        for axis in self.plan.axes:
            said = [dict(_said(axis, i)) for i in range(len(axis.choices))]
            found |= {path: list(dict.fromkeys(words[path] for words in said)) for path in said[0]}
        return found

    @property
    def is_grid(self) -> bool:
        """Whether its parameters are varied one by one, and not together as in a design."""
        return all(len(axis.choices[0]) == 1 for axis in self.plan.axes)

    def at(self, words: Mapping[str, str]) -> Index:
        """The cell with these values, as a person writes them; the first one, where several have them."""
        for path in words:
            one_of("a parameter of this sweep", path, [*self.paths, SEED])
        index = []
        for axis in self.plan.axes:
            places = [dict(_said(axis, i)) or {SEED: axis.choices[i][SEED]} for i in range(len(axis.choices))]
            asked = {path: text for path, text in words.items() if path in places[0]}
            fits = [
                i for i, said in enumerate(places) if all(is_written(said[path], text) for path, text in asked.items())
            ]
            if not fits:
                came = ", ".join(f"{path}={text}" for path, text in asked.items())
                near = ", ".join(as_text(said[path]) for path in asked for said in places[:8])
                raise Refusal("a cell of this sweep", came, f"it has {near}")
            index.append(fits[0])
        return tuple(index)

    def experiment(self, index: Index) -> Experiment:
        """The experiment of a cell: run it to see more of it than its last figures."""
        return self.plan.experiment(index)

    def counts(self) -> dict[str, int]:
        """How many cells are done, failed and left."""
        left, done, failed = map(int, np.bincount(self.dataset[STATUS].values.ravel(), minlength=3))
        return {"done": done, "failed": failed, "left": left}

    def __repr__(self) -> str:
        axes = " x ".join(f"{len(axis.choices)} {axis.name}" for axis in self.plan.axes)
        counts = self.counts()
        return f"Sweep of {axes}: {counts['done']} cells done, {counts['failed']} failed, {counts['left']} left"


def ranked(settings: Iterable[SettingResult], quantity: str) -> list[SettingResult]:
    """Those with a mean, the best first; after them those of which a seed has none."""
    sign = -1 if higher_is_better(quantity) else 1
    return sorted((s for s in settings if math.isfinite(s.mean)), key=lambda s: (not s.whole, sign * s.mean))


def higher_is_better(quantity: str) -> bool:
    """Whether the highest value of a figure of merit is the best one; of others it is the lowest."""
    return quantity in _HIGHER


def opened(path: str | Path) -> SweepTable:
    """The sweep in a Zarr store that `sweep(..., out=path)` or `workbench sweep` wrote; Refusal for anything else."""
    import xarray as xr

    try:
        found = xr.open_zarr(str(path), consolidated=False, chunks=None)
        told, whole = str(found.attrs[TOLD]), STATUS in found
    except Exception as error:  # Zarr has no class of its own for what is no store
        remedy = "give the folder that `workbench sweep --out` wrote"
        raise Refusal("the store of a sweep", f"{path}, which is none", remedy) from error
    if not whole:
        raise Refusal("the store of a sweep", f"{path}, which was never begun", "run the sweep again")
    plan = _plan(told, path)
    axes = [replace(axis, numbers=_numbers(found, axis)) for axis in plan.axes]
    plan = replace(plan, axes=tuple(axes))
    return SweepTable(found.set_coords([name for axis in axes for name in axis.coordinates()]), plan)


def _plan(told: str, path: str | Path) -> Plan:
    try:
        return Plan.of(told)
    except (ValueError, KeyError, IndexError, TypeError, AttributeError) as error:
        came = f"{path}, whose description is damaged ({type(error).__name__})"
        raise Refusal("the store of a sweep", came, "its arrays can be read with xarray.open_zarr") from error


def _numbers(found: "xr.Dataset", axis: SweepAxis) -> tuple[int, ...]:
    """Of an axis of slices, which they are."""
    numbered = axis.name in found.variables and axis.name not in axis.choices[0]
    return tuple(map(int, found[axis.name].values)) if numbered else ()


def _said(axis: SweepAxis, place: int) -> Iterator[tuple[str, Any]]:
    """What a place of an axis is called: slices by their number, else each parameter by its value; nothing of seeds."""
    if axis.numbers:
        yield axis.name, axis.numbers[place]
    elif axis.name != SEED:
        yield from axis.choices[place].items()
