"""Weights found from the data on eight problems, beside the best weight; the price of a path; scikit-image's tuner.

`python -m benchmarks.tuning --threads 1`. Two pictures that no default was tuned on, `coffee` and `retina`.
"""

import itertools
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from torch import Tensor

from benchmarks.common import arguments, interleaved, publish, summary, table
from workbench import tuning
from workbench.analysis.metrics import signal_to_noise
from workbench.data import truth
from workbench.noise import Gaussian, Noise, Poisson
from workbench.operators import Downsample, FourierMask, GaussianBlur, Identity, Mask, Operator, Radon
from workbench.priors import L1, Prior, TotalVariation
from workbench.problem import Problem
from workbench.run import iterate, until
from workbench.tensors import norm

PICTURES = ("coffee", "retina")
RULES = ("sure", "gcv", "discrepancy", "l_curve", "quasi_optimality", "whiteness", "automatic")
POLISH, NEAR = 200, 1e-3  # iterations at a weight that was found; of the minimiser, where a cold solve ends
NOISE, RACE = 0.1, 256
GOAL = 4.0


def spikes(side: int, seed: int) -> Tensor:
    """A train of 40 spikes in side^2 / 4 samples."""
    rng = torch.Generator().manual_seed(seed)
    x = torch.zeros(1, 1, side * side // 4)
    x[0, 0, torch.randperm(x.shape[-1], generator=rng)[:40]] = 1 + torch.rand(40, generator=rng)
    return x


def problems(name: str, side: int) -> dict[str, Problem]:
    """Seven of one picture in grey, and a train of spikes, another for each picture."""
    grey = truth(name, side).mean(1, keepdim=True)
    shape, train = (1, side, side), spikes(side, PICTURES.index(name))
    parts: Mapping[str, tuple[Operator, Noise, Prior, Tensor]] = {
        "denoise": (Identity(shape), Gaussian(NOISE), TotalVariation(), grey),
        "deblur": (GaussianBlur(shape, 1.5), Gaussian(0.02), TotalVariation(), grey),
        "CT, 30 views": (Radon(shape, 30), Gaussian(0.1), TotalVariation(), grey),
        "MRI": (FourierMask(shape), Gaussian(0.03), TotalVariation(), grey),
        "Poisson": (GaussianBlur(shape, 1.0), Poisson(100.0), TotalVariation(), grey),
        "inpainting": (Mask(shape), Gaussian(0.05), TotalVariation(), grey),
        "super-resolution": (Downsample(shape, 2), Gaussian(0.03), TotalVariation(), grey),
        "spike train": (GaussianBlur(tuple(train.shape[1:]), 1.5), Gaussian(0.03), L1(), train),
    }
    return {case: Problem.simulate(*four, seed=1) for case, four in parts.items()}


def quality(problem: Problem, weight: float) -> float:
    """PSNR after so many cold iterations at a weight."""
    own = tuning.at_weight(problem, weight)
    *_, last = itertools.islice(iterate(own, tuning.Walk().solver(own)), POLISH + 1)
    assert problem.truth is not None
    return float(signal_to_noise(problem.aligned(last.x), problem.truth)[0])


def judged(problem: Problem) -> dict[str, Any]:
    """Of each rule its weight and how far it stays below the best of the path, in dB; what the path cost."""
    chosen = [cls() for cls in tuning.rules().values()]
    begin = time.perf_counter()
    found = tuning.tune(problem, chosen)
    seconds = time.perf_counter() - begin
    best = quality(problem, found.selected["oracle"].weight)
    automatic = tuning.tune(problem).chosen
    weights = {word: s.weight for word, s in found.selected.items()} | {"automatic": automatic.weight}
    lost = {word: best - quality(problem, weight) for word, weight in weights.items() if word != "oracle"}
    return {
        "oracle dB": best,
        "lost dB": lost,
        "weights": weights,
        "automatic": automatic.word,
        "refused": dict(found.refused),
        "points": len(found.path.points),
        "path steps": found.path.steps,
        "path seconds": seconds,
        "cold steps": cold(problem, found.selected["oracle"].weight),
    }


def cold(problem: Problem, weight: float) -> int:
    """Iterations of one solve from the usual start until it is within 1e-3 of the minimiser."""
    own = tuning.at_weight(problem, weight)
    method = tuning.Walk().solver(own)
    *_, end = itertools.islice(iterate(own, method), 1000)
    *_, last = until(
        iterate(own, method), lambda s: s.k >= 1000 or bool((norm(s.x - end.x) < NEAR * norm(end.x)).all())
    )
    return last.k


def raced(side: int, repetitions: int) -> dict[str, Any]:
    """25 weights of TV denoising: ours with SURE, and scikit-image's `calibrate_denoiser` on the same grid."""
    from skimage.restoration import calibrate_denoiser, denoise_tv_chambolle

    problem = replace(problems("coffee", side)["denoise"], truth=None)
    clean = truth("coffee", side).mean(1, keepdim=True)
    weights = tuning.Walk().weights(problem)
    y = problem.y[0, 0].numpy().astype(np.float64)
    grid = {"weight": [NOISE**2 * w for w in weights]}  # both minimise |x - y|^2 / 2 + sigma^2 w TV(x)
    kept: dict[str, Tensor] = {}

    def ours() -> None:
        found = tuning.tune(problem, [tuning.SURE()], weights=weights)
        kept["ours"] = found.path.nearest(found.chosen.weight).x

    def theirs() -> None:
        best: Any = calibrate_denoiser(y, denoise_tv_chambolle, grid)
        kept["scikit-image"] = torch.from_numpy(np.asarray(best(y))).float()[None, None]

    contenders: dict[str, Callable[[], object]] = {"ours": ours, "scikit-image": theirs}
    times = {name: summary(seconds) for name, seconds in interleaved(contenders, repetitions).items()}
    return {"seconds": times, "psnr": {name: float(signal_to_noise(x, clean)[0]) for name, x in kept.items()}}


def main() -> None:
    args = arguments(__doc__, 3, side=96)
    found = {f"{case}, {name}": judged(p) for name in PICTURES for case, p in problems(name, args.side).items()}
    race = raced(RACE, args.repetitions)
    rows = []
    for case, result in found.items():
        lost = [f"{result['lost dB'][word]:.2f}" if word in result["lost dB"] else "-" for word in RULES]
        price = 2 * result["path steps"] / max(result["cold steps"], 1)
        rows.append([case, f"{result['oracle dB']:.2f}", *lost, f"{price:.1f}"])
    head = ("", "oracle, dB", *(f"{word} loses" for word in RULES), "path in cold solves")
    seconds = race["seconds"]
    ratio = seconds["scikit-image"]["median"] / seconds["ours"]["median"]
    text = (
        f"{args.side} x {args.side}; dB that each rule stays below the oracle after {POLISH} iterations at its weight, "
        "- where it does not apply or finds none. The last column: iterations of all weights, counted twice for "
        "the data that are moved along, over those of one cold solve at the oracle's weight to 1e-3 of the minimum.\n\n"
        f"{table(head, rows)}\n\n25 weights of TV denoising, {RACE} x {RACE}: ours {seconds['ours']['median']:.3g} s, "
        f"{race['psnr']['ours']:.2f} dB; scikit-image's calibrate_denoiser {seconds['scikit-image']['median']:.3g} s, "
        f"{race['psnr']['scikit-image']:.2f} dB: {ratio:.2g} times as long "
        f"(goal {GOAL:g}). The machine was busy with other work."
    )
    publish("tuning", {"problems": found, "race": race, "over the fastest other": {"25 weights": (ratio, GOAL)}}, text)


if __name__ == "__main__":
    main()
