"""Estimators of information: a layer of 4096 x 10, and pairs of three dimensions a side at N = 10,000.

Where SciPy, scikit-learn and infomeasure are installed, as in the environment of peers.txt, beside theirs.
"""

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


def timed(calls: Calls, repetitions: int) -> dict[str, dict[str, float]]:
    return {name: summary(t, 1000) for name, t in interleaved(calls, repetitions).items()}


def race(name: str, ours: Callable[[], float], others: Calls, repetitions: int) -> tuple[dict[str, Any], str]:
    """Ours beside the others on the same samples: milliseconds, readings, the ratio over the fastest of them."""
    calls = {"ours": ours, **others}
    found, readings = timed(calls, repetitions), {n: float(call()) for n, call in calls.items()}
    other, ratio = fastest(found)
    rows = [(n, f"{found[n]['median']:.3g}", between(found[n]), f"{readings[n]:.6g}") for n in calls]
    words = f"{ratio:.2g} times as fast as {other} (goal: {GOAL})."
    text = f"## {name}\n\n{table(('', 'median ms', 'quartiles', 'reading, nats'), rows)}\n\n{words}"
    return {"ms": found, "readings": readings, "ratio": ratio}, text


def main() -> None:
    given = arguments(__doc__, repetitions=7)
    words, labels = twelve_bit()
    weights = torch.randn(12, 10, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    layer, (u, v) = torch.tanh(words.double() @ weights / 3), BivariateNormal(0.9, 3).sample(10_000)
    calls = {n: partial(information.layer_information, layer, labels, getattr(information, n)()) for n in LAYER}
    calls |= {n: partial(getattr(information, n)(), u, v) for n in PAIR}
    times = timed(calls, given.repetitions)
    rows = [(name, f"{found['median']:.3g}", between(found)) for name, found in times.items()]
    results, texts = {}, [table(("", "median ms", "quartiles"), rows)]
    scalar = (u[:, :1].contiguous(), v[:, :1].contiguous())
    cases = {
        "KSG, 3 + 3 dimensions, N = 10,000": (partial(KSG(), u, v), information_peers.ksg(u, v)),
        "KSG, 1 + 1 dimensions, N = 10,000": (partial(KSG(), *scalar), information_peers.ksg(*scalar)),
        "KDE upper bound, 4096 x 10": (
            lambda: KDEUpper().entropy(KDEUpper().code(layer)),
            information_peers.kde(layer),
        ),
    }
    for name, (ours, others) in cases.items():
        if others:
            results[name], text = race(name, ours, others, given.repetitions)
            texts.append(text)
    over = {name: (found["ratio"], GOAL) for name, found in results.items()}
    publish("information", {"ms": times, "races": results, "over the fastest other": over}, *texts)


if __name__ == "__main__":
    main()
