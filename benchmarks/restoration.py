"""Plug-and-play and diffusion with one denoiser for all, beside DeepInverse: whole runs, and what is not denoising.

`python -m benchmarks.restoration --threads 1`: ours alone; DeepInverse is asked where it is installed (peers.txt).
"""

import time
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor

from benchmarks import restoration_peers as peers
from benchmarks.common import arguments, between, interleaved, publish, require_equal, summary, table
from benchmarks.learned import Counted, photograph
from workbench.algorithms import DDRM, DDS, Algorithm, DiffPIR, PnPHQS, PnPPGD
from workbench.analysis.metrics import signal_to_noise
from workbench.noise import Gaussian
from workbench.operators import ConvolutionPSF, LinearOperator, Mask
from workbench.priors import Denoising, Prior, ScorePrior, TotalVariation
from workbench.problem import Problem
from workbench.run import after, iterate, until

SIGMA, WIDTH, RADIUS = 0.02, 1.6, 7
STEPS, LEVELS, EVALUATIONS = 20, 8, 20
NEAR = 1e-4
GOAL = 1  # none is stated: as fast as the other
OURS, THEIRS = "ours, ", "DeepInverse, "
HEAD = ("", "median ms", "quartiles", "of it not denoising, ms", "denoisings", "PSNR, dB")
Solve = Callable[[], Tensor]


def blur(side: int) -> ConvolutionPSF:
    """A normal kernel of 15 x 15, round the ends."""
    line = torch.exp(-(torch.arange(-RADIUS, RADIUS + 1).double() ** 2) / (2 * WIDTH**2))
    kernel = torch.outer(line, line) / line.sum() ** 2
    return ConvolutionPSF((1, side, side), tuple(map(tuple, kernel.tolist())), "periodic")


def simulated(operator: LinearOperator, prior: Prior) -> Problem:
    return Problem.simulate(operator, Gaussian(SIGMA), Counted(prior), photograph("camera", operator.in_shape[-1]))


def ours(problem: Problem, algorithm: Algorithm, steps: int) -> Solve:
    """From A* y, where DeepInverse begins."""
    start = problem.operator.at(problem.zeros()).adjoint(problem.y)

    def solve() -> Tensor:
        *_, last = until(iterate(problem, algorithm, start), after(steps))
        return last.x

    return solve


def plugged(problem: Problem) -> tuple[dict[str, Solve], ...]:
    """Proximal gradient, then half-quadratic splitting: the same steps to the same end."""
    half_quadratic = PnPHQS(sigma=SIGMA, levels=LEVELS)
    levels = np.geomspace(half_quadratic.first, SIGMA, LEVELS).tolist()
    return (
        _there(
            {
                f"{OURS}PnP-PGD": ours(problem, PnPPGD(sigma=SIGMA, step_size=SIGMA**2, warm=0), STEPS),
                f"{THEIRS}PnP-PGD": peers.gradient(problem, STEPS),
            }
        ),
        _there(
            {
                f"{OURS}PnP-HQS": ours(problem, half_quadratic, LEVELS),
                f"{THEIRS}PnP-HQS": peers.splitting(problem, levels, half_quadratic.weight),
            }
        ),
    )


def diffused(problem: Problem) -> dict[str, Solve]:
    """Methods that ask for as many denoisings; ours begin at the mean of the prior, which is one of them."""
    levels = EVALUATIONS - 1
    methods = DDRM(levels=levels), DDS(levels=levels), DiffPIR(levels=levels)
    found = {f"{OURS}{type(method).__name__}": ours(problem, method, levels) for method in methods}
    found[f"{THEIRS}DDRM"] = peers.ddrm(problem, DDRM().schedule.ratios(EVALUATIONS)[:-1])
    found[f"{THEIRS}DiffPIR"] = peers.diffpir(problem, EVALUATIONS)
    return _there(found)


def _there(contenders: dict[str, Solve | None]) -> dict[str, Solve]:
    return {name: solve for name, solve in contenders.items() if solve}


def race(problem: Problem, contenders: dict[str, Solve], repetitions: int) -> dict[str, dict[str, Any]]:
    """Milliseconds of whole runs and of what no denoiser took; denoisings, and how good the ends are."""
    counted = problem.prior
    outside: dict[str, list[float]] = {name: [] for name in contenders}

    def timed(name: str) -> Callable[[], None]:
        def call() -> None:
            counted.seconds, begin = 0.0, time.perf_counter()
            contenders[name]()
            outside[name].append(time.perf_counter() - begin - counted.seconds)

        return call

    times = interleaved({name: timed(name) for name in contenders}, repetitions)
    found = {}
    for name, solve in contenders.items():
        counted.count = 0
        quality = float(signal_to_noise(solve(), problem.truth))
        measured = {"ms": summary(times[name], 1e3), "outside ms": summary(outside[name][-repetitions:], 1e3)}
        found[name] = measured | {"denoisings": counted.count, "psnr": quality}
    return found


def ratios(found: dict[str, dict[str, Any]]) -> dict[str, tuple[float, float]]:
    """By method: their time over ours, of whole runs and of what is not denoising."""
    pairs = {name.removeprefix(OURS): (v, found.get(name.replace(OURS, THEIRS))) for name, v in found.items()}
    keys = "ms", "outside ms"
    return {
        name: tuple(theirs[key]["median"] / mine[key]["median"] for key in keys)
        for name, (mine, theirs) in pairs.items()
        if theirs and theirs is not mine
    }


def measure(side: int, repetitions: int) -> dict[str, dict[str, dict[str, Any]]]:
    """Every case, every contender."""
    found = {}
    for name, prior in (("U-Net", Denoising()), ("TV", TotalVariation(1.0))):
        problem = simulated(blur(side), prior)
        for contenders in plugged(problem):
            ends = {name: solve() for name, solve in contenders.items()}
            mine = next(iter(ends))
            require_equal(ends, ends[mine], NEAR)
            case = f"{mine.removeprefix(OURS)} of a blur, denoiser: {name}"
            found[case] = race(problem, contenders, repetitions)
    for name, operator in (("a blur", blur(side)), ("half the pixels", Mask((1, side, side), 0.5))):
        problem = simulated(operator, ScorePrior(elsewhere=True))
        found[f"diffusion, {name}"] = race(problem, diffused(problem), repetitions)
    return found


def main() -> None:
    given = arguments(__doc__, repetitions=15, side=128)
    with torch.no_grad():
        found = measure(given.side, given.repetitions)
    texts, over = [], {}
    for case, runs in found.items():
        rows = [
            (n, v["ms"]["median"], between(v["ms"]), v["outside ms"]["median"], v["denoisings"], f"{v['psnr']:.2f}")
            for n, v in runs.items()
        ]
        words = [
            f"{method}: {whole:.2f} times as fast as DeepInverse's, {outside:.2f} times but for denoising."
            for method, (whole, outside) in ratios(runs).items()
        ]
        over |= {f"{case}: {method}": (whole, GOAL) for method, (whole, _) in ratios(runs).items()}
        texts.append(f"## {case}\n\n{table(HEAD, rows)}\n\n{' '.join(words)}")
    notes = (
        f"camera, {given.side} x {given.side}, noise of {SIGMA:g}, single precision, whole runs interleaved; one "
        f"denoiser for all contenders of a case. PnP takes the same steps from A* y, {STEPS} and {LEVELS}, and ends "
        f"within {NEAR:g} of ours, which is checked. Diffusion asks {EVALUATIONS} times for the score network's "
        "denoising; DDRM has one schedule for both, DiffPIR each its own at its defaults; DeepInverse has no DDS."
    )
    publish("restoration", found | {"over the fastest other": over}, notes, *texts)


if __name__ == "__main__":
    main()
