"""A layer of 4096 x 10, (I(X;T), I(T;Y)) a call, and pairs of three dimensions a side at N = 10,000."""

import torch

from benchmarks.common import arguments, between, interleaved, publish, summary, table
from workbench.analysis import information
from workbench.analysis.information.tasks import BivariateNormal
from workbench.data import twelve_bit

LAYER = ("Bins", "FloorBins", "AdaptiveBins", "Exact", "KDEUpper", "KDELower")
PAIR = ("KSG", "KozachenkoLeonenko", "WeightedKozachenkoLeonenko", "GaussianClosedForm", "InfoNCE", "MINE")


def main() -> None:
    given = arguments(__doc__, repetitions=7)
    words, labels = twelve_bit()
    weights = torch.randn(12, 10, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    layer, (u, v) = torch.tanh(words.double() @ weights / 3), BivariateNormal(0.9, 3).sample(10_000)
    calls = {n: lambda e=getattr(information, n)(): information.layer_information(layer, labels, e) for n in LAYER}
    calls |= {n: lambda e=getattr(information, n)(): e(u, v) for n in PAIR}
    times = {name: summary(t, 1000) for name, t in interleaved(calls, given.repetitions).items()}
    rows = [(name, f"{found['median']:.3g}", between(found)) for name, found in times.items()]
    publish("information", {"ms": times}, table(("", "median ms", "quartiles"), rows))


if __name__ == "__main__":
    main()
