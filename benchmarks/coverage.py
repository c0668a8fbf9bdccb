"""How often the truth lies inside conformal intervals: total variation, plug and play, and a diffusion method.

`python -m benchmarks.coverage --threads 1`. Photographs of 32 x 32 px behind a blur of 1 px, noise of 0.05: 200 crops
are held out, 200 others tried, and the share of their pixels inside is set beside ceil(0.9 (n + 1)) / (n + 1).
"""

import time
from typing import Any

import torch

from benchmarks.common import arguments, publish, table
from workbench.algorithms import ADMM, Algorithm, PnPADMM
from workbench.algorithms.diffusion import DDS
from workbench.noise import Gaussian
from workbench.operators import GaussianBlur
from workbench.priors import Denoising, Prior, ScorePrior, TotalVariation
from workbench.problem import Problem
from workbench.tuning import held_out_crops
from workbench.tuning.conformal import calibrated, reconstructed
from workbench.tuning.held_out_crops import PICTURES

SHAPE, COUNT, ALPHA, GOAL, REGIONS = (1, 32, 32), 200, 0.1, 0.02, (1, 4)
METHODS: dict[str, tuple[Prior, Algorithm, int]] = {
    "TV": (TotalVariation(6.0), ADMM(), 60),
    "PnP": (Denoising(), PnPADMM(), 30),
    "DDS": (ScorePrior(), DDS(levels=30), 30),
}
HEAD = ("method", "region, px", "said", "inside", "off by", "goal", "mean width", "seconds")


def covered(name: str) -> list[dict[str, Any]]:
    """One method: how many pixels, or means over squares, of the other pictures lie inside."""
    prior, algorithm, steps = METHODS[name]
    # Drawn at once, with one seed, and parted afterwards: both halves are of one law.
    crops = held_out_crops(PICTURES, SHAPE, 2 * COUNT, 0)
    mixed = crops[torch.randperm(2 * COUNT, generator=torch.Generator().manual_seed(0))]
    problem = Problem.simulate(GaussianBlur(SHAPE, 1.0), Gaussian(0.05), prior, mixed[:1])
    begin = time.perf_counter()
    held, new = (problem.of_another(part, seed) for seed, part in enumerate(mixed.split(COUNT)))
    x, tried = (reconstructed(each, algorithm, steps, seed) for seed, each in enumerate((held, new)))
    seconds, rows = time.perf_counter() - begin, []
    for region in REGIONS:
        found = calibrated(mixed[:COUNT], x, ALPHA, region, held.misfit(x))
        inside = float(found.inside(tried, mixed[COUNT:]).double().mean())
        row = {"method": name, "region": region, "said": found.coverage, "inside": inside}
        rows.append(row | {"width": 2 * float(found.half.mean()), "seconds": seconds})
    return rows


def main() -> None:
    arguments(__doc__, 1)
    found = [row for name in METHODS for row in covered(name)]
    rows = [
        (r["method"], r["region"], *(f"{v:.3f}" for v in (r["said"], r["inside"], abs(r["inside"] - r["said"]))), GOAL,
         f"{r['width']:.3f}", f"{r['seconds']:.0f}")
        for r in found
    ]  # fmt: skip
    note = f"{COUNT} pictures held out, {COUNT} others tried; the share of their pixels that lie inside."
    publish("coverage", {"methods": found}, note, table(HEAD, rows))


if __name__ == "__main__":
    main()
