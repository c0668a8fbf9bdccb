"""Estimators of information: a layer of 4096 x 10, and pairs of three dimensions a side at N = 10,000.

Where SciPy, scikit-learn and infomeasure are installed, as in the environment of peers.txt, beside theirs: KSG at
N = 10,000 and 100,000 of 1, 3 and 10 dimensions a side, in time of the processor. The largest of these takes trees
minutes: `--long 1` is that alone, one call of each, as `information_long`.
"""

import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import torch

from benchmarks import information_peers
from benchmarks.common import arguments, between, fastest, interleaved, publish, summary, table
from workbench.analysis import information
from workbench.analysis.information import KSG, KDEUpper
from workbench.analysis.information.tasks import BivariateNormal
from workbench.data import twelve_bit

LAYER = ("Bins", "FloorBins", "AdaptiveBins", "Exact", "KDEUpper", "KDELower")
PAIR = ("KSG", "KozachenkoLeonenko", "WeightedKozachenkoLeonenko", "GaussianClosedForm", "InfoNCE", "MINE")
GOAL = 2
Calls = Mapping[str, Callable[[], Any]]
Races = dict[str, tuple[dict[str, Any], str]]


KSG_CASES = ((10_000, 1), (10_000, 3), (10_000, 10), (100_000, 1), (100_000, 3))
LONG = (100_000, 10)


def timed(calls: Calls, repetitions: int) -> dict[str, dict[str, float]]:
    return {name: summary(t, 1000) for name, t in interleaved(calls, repetitions).items()}


def race(
    name: str, ours: Callable[[], float], others: Calls, repetitions: int, warm: int = 2
) -> tuple[dict[str, Any], str]:
    """Ours beside the others on the same samples: milliseconds, readings, the ratio over the fastest of them."""
    calls, readings = {"ours": ours, **others}, {}

    def read(name: str) -> None:
        readings[name] = float(calls[name]())

    times = interleaved({n: partial(read, n) for n in calls}, repetitions, time.process_time, warm)
    found = {n: summary(t, 1000) for n, t in times.items()}
    other, ratio = fastest(found)
    rows = [(n, f"{found[n]['median']:.3g}", between(found[n]), f"{readings[n]:.6g}") for n in calls]
    words = f"{ratio:.2g} times as fast as {other} (goal: {GOAL}); calls of each: {len(times['ours'])}."
    text = f"## {name}\n\n{table(('', 'median ms', 'quartiles', 'reading, nats'), rows)}\n\n{words}"
    return {"ms": found, "readings": readings, "ratio": ratio}, text


def ksg(n: int, d: int, repetitions: int, warm: int = 2) -> Races:
    """The race of KSG on n pairs of normal samples of d dimensions a side, by its name; none without others."""
    u, v = BivariateNormal(0.9, d).sample(n)
    others, name = information_peers.ksg(u, v), f"KSG, {d} + {d} dimensions, N = {n:,}"
    return {name: race(name, partial(KSG(), u, v), others, repetitions, warm)} if others else {}


def report(name: str, races: Races, results: dict[str, Any], *texts: str) -> None:
    found = {name: numbers for name, (numbers, _) in races.items()}
    over = {name: (numbers["ratio"], GOAL) for name, numbers in found.items()}
    results = results | {"races": found, "over the fastest other": over}
    publish(name, results, *texts, *(text for _, text in races.values()))


def main() -> None:
    given = arguments(__doc__, repetitions=7, long=0)
    if given.long:
        report("information_long", ksg(*LONG, repetitions=1, warm=0), {})
        return
    words, labels = twelve_bit()
    weights = torch.randn(12, 10, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    layer, (u, v) = torch.tanh(words.double() @ weights / 3), BivariateNormal(0.9, 3).sample(10_000)
    calls = {n: partial(information.layer_information, layer, labels, getattr(information, n)()) for n in LAYER}
    calls |= {n: partial(getattr(information, n)(), u, v) for n in PAIR}
    times = timed(calls, given.repetitions)
    rows = [(name, f"{found['median']:.3g}", between(found)) for name, found in times.items()]
    races: Races = {}
    for n, d in KSG_CASES:
        races |= ksg(n, d, given.repetitions)
    if others := information_peers.kde(layer):
        name = "KDE upper bound, 4096 x 10"
        races[name] = race(name, lambda: KDEUpper().entropy(KDEUpper().code(layer)), others, given.repetitions)
    report("information", races, {"ms": times}, table(("", "median ms of the wall clock", "quartiles"), rows))


if __name__ == "__main__":
    main()
