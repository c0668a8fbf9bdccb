"""How good runs are at their end, and how far that spreads over runs that differ by their seeds alone."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from workbench.comparison.compared_run import ComparedRun
from workbench.comparison.recorded_rows import last

Number = float | None
_ENDS: dict[str, Callable[[ComparedRun], Number]] = {
    "psnr": lambda run: last(run, "psnr"),
    "ssim": lambda run: last(run, "ssim"),
    "error": lambda run: run.error,
    "objective": lambda run: last(run, "objective"),
    "residual": lambda run: last(run, "residual"),
    "gap": lambda run: last(run, "gap"),
    "k": lambda run: float(run.dataset["k"].values[-1]),
    "seconds": lambda run: float(run.dataset["seconds"].values[-1]),
    "calls": lambda run: float(run.dataset["calls"].values[-1]) if "calls" in run.dataset.coords else None,
}
TITLES = {
    "psnr": "PSNR, dB",
    "ssim": "SSIM",
    "error": "relative error",
    "objective": "objective",
    "residual": "residual",
    "gap": "relative duality gap",
    "k": "iterations",
    "seconds": "seconds",
    "calls": "operator calls",
}


@dataclass(frozen=True)
class Replicates:
    """Runs that differ by their seeds alone: their numbers, and of each metric the mean and the deviation.

    One run a seed, the one that came furthest, else the first: `repeats` are those that do not count, since they repeat
    a seed. `deviation` is the standard deviation of a sample, with n - 1; None of a single run.
    """

    runs: tuple[int, ...]
    label: str
    mean: Mapping[str, Number]
    deviation: Mapping[str, Number]
    repeats: tuple[int, ...] = ()

    @property
    def n(self) -> int:
        return len(self.runs)


def at_the_end(runs: Sequence[ComparedRun]) -> dict[str, tuple[Number, ...]]:
    """Each metric of each run at its end, those that any run has; None where a run has it not."""
    found = {name: tuple(_finite(of(run)) for run in runs) for name, of in _ENDS.items()}
    return {name: values for name, values in found.items() if any(v is not None for v in values)}


def replicated(runs: Sequence[ComparedRun]) -> tuple[Replicates, ...]:
    """The runs in groups that differ by their seeds alone, in their order."""
    groups: dict[str, list[int]] = {}
    for number, run in enumerate(runs):
        groups.setdefault(run.recipe_key, []).append(number)
    ends = at_the_end(runs)
    return tuple(_group(runs, numbers, ends) for numbers in groups.values())


def _group(runs: Sequence[ComparedRun], found: list[int], ends: Mapping[str, tuple[Number, ...]]) -> Replicates:
    numbers = _one_a_seed(runs, found)
    known = {name: [v for n in numbers if (v := values[n]) is not None] for name, values in ends.items()}
    mean = {name: float(np.mean(v)) if v else None for name, v in known.items()}
    deviation = {name: float(np.std(v, ddof=1)) if len(v) > 1 else None for name, v in known.items()}
    label = runs[numbers[0]].label + (f" and {len(numbers) - 1} more" if len(numbers) > 1 else "")
    return Replicates(tuple(numbers), label, mean, deviation, tuple(n for n in found if n not in numbers))


def _one_a_seed(runs: Sequence[ComparedRun], numbers: list[int]) -> list[int]:
    """The run of each seed that came furthest: the first of those."""
    chosen: dict[str, int] = {}
    for number in sorted(numbers, key=lambda n: -int(runs[n].dataset["k"].values[-1])):
        chosen.setdefault(runs[number].seed_key, number)
    return sorted(chosen.values())


def _finite(value: Number) -> Number:
    return value if value is not None and math.isfinite(value) else None
