"""Learned priors beside total variation: method x task, PSNR, SSIM, denoisings, seconds, on held-out photographs.

`.venv/bin/python -m benchmarks.learned`. Camera, astronaut and chelsea, in grey: no network saw them.
"""

import statistics
import time
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from benchmarks.common import arguments, publish, table
from workbench.algorithms import (
    ADMM,
    DDNM,
    DDRM,
    DDS,
    DPS,
    RED,
    AcceleratedPDHG,
    Algorithm,
    DiffPIR,
    PiGDM,
    PnPADMM,
    PnPHQS,
    PnPPGD,
    REDDiff,
)
from workbench.algorithms.diffusion import Diffusion
from workbench.analysis.metrics import signal_to_noise, similarity
from workbench.data import truth
from workbench.noise import Gaussian
from workbench.operators import Downsample, FourierMask, GaussianBlur, LinearOperator, Mask
from workbench.priors import Can, Denoising, PartsOf, Prior, ScorePrior, TotalVariation, Zero
from workbench.problem import Problem
from workbench.run import after, iterate, until

PHOTOGRAPHS = ("camera", "astronaut", "chelsea")
SIGMA = 0.02
WEIGHTS = (1.0, 2.0, 3.0, 5.0, 7.0, 10.0, 20.0, 40.0, 80.0)  # of total variation, the best by the truth
GREY = torch.tensor([0.2989, 0.587, 0.114])
TV_STEPS, LONGEST = 150, 150
HEAD = ("", "PSNR, dB", "SSIM", "denoisings", "seconds")


def tasks(side: int) -> dict[str, LinearOperator]:
    shape = (1, side, side)
    return {
        "deblurring": GaussianBlur(shape, 1.6),
        "inpainting, half the pixels": Mask(shape, 0.5),
        "super-resolution x2": Downsample(shape, 2),
        "sparse Fourier, 40 %": FourierMask(shape, 0.4),
    }


def methods(levels: int) -> tuple[Algorithm, ...]:
    return (
        PnPHQS(), PnPADMM(), PnPPGD(), RED(),
        DPS(levels=levels), PiGDM(levels=levels), DDRM(levels=levels), DDNM(levels=levels), DDS(levels=levels),
        DiffPIR(levels=levels), REDDiff(),
    )  # fmt: skip


def photograph(name: str, side: int) -> Tensor:
    image = truth(name, side).float()
    return image if image.shape[1] == 1 else (image * GREY[:, None, None]).sum(1, keepdim=True)


class Counted(Denoising):
    """A prior whose denoisings and their seconds are counted; of a complex signal both parts are denoised."""

    can = Denoising.can | Can.SCORE

    def __init__(self, inside: Prior) -> None:
        super().__init__()
        self.inside, self.count, self.seconds = inside, 0, 0.0

    def denoise(self, x: Tensor, sigma: float) -> Tensor:
        begin = time.perf_counter()
        found = self.inside.denoise(x, sigma)
        self.count, self.seconds = self.count + 1, self.seconds + time.perf_counter() - begin
        return found


def scores(x: Tensor, image: Tensor) -> dict[str, float]:
    real = x.real if x.is_complex() else x
    return {"psnr": float(signal_to_noise(real, image)[0]), "ssim": float(similarity(real, image)[0])}


def baseline(problem: Problem, image: Tensor) -> dict[str, Any]:
    assert isinstance(problem.operator, LinearOperator)
    guess = problem.operator.pseudo_inverse(problem.y)
    return scores(problem.start() if guess is None else guess, image) | {"nfe": 0, "seconds": 0.0}


def best_tv(problem: Problem, image: Tensor) -> dict[str, Any]:
    """Total variation at the weight that is best by the truth."""
    found = []
    for weight in WEIGHTS:
        given = Problem(problem.operator, problem.noise, TotalVariation(weight), problem.y)
        algorithm = AcceleratedPDHG() if not AcceleratedPDHG().unmet(given) else ADMM()
        begin = time.perf_counter()
        *_, last = until(iterate(given, algorithm), after(TV_STEPS))
        found.append(scores(last.x, image) | {"nfe": 0, "seconds": time.perf_counter() - begin, "weight": weight})
    return max(found, key=lambda row: row["psnr"])


def reconstruct(problem: Problem, algorithm: Algorithm, image: Tensor) -> dict[str, Any]:
    network = ScorePrior(elsewhere=True) if isinstance(algorithm, Diffusion | REDDiff) else Denoising()
    prior = Counted(network)
    whole = PartsOf(prior) if problem.dtype.is_complex else prior
    given = Problem(problem.operator, problem.noise, whole, problem.y)
    if sentence := algorithm.unmet(given):
        return {"refused": sentence}
    begin = time.perf_counter()
    with torch.set_grad_enabled(isinstance(algorithm, DPS | PiGDM)):
        *_, last = until(iterate(given, algorithm), after(LONGEST if not hasattr(algorithm, "levels") else 10_000))
    return scores(last.x.detach(), image) | {"nfe": prior.count, "seconds": time.perf_counter() - begin}


def mean(rows: list[Mapping[str, Any]]) -> tuple[object, ...]:
    if "refused" in rows[0]:
        return rows[0]["refused"], "", "", ""
    columns = [statistics.fmean(row[key] for row in rows) for key in ("psnr", "ssim", "nfe", "seconds")]
    return f"{columns[0]:.2f}", f"{columns[1]:.3f}", round(columns[2]), columns[3]


def main() -> None:
    given = arguments(__doc__, repetitions=1, side=128, levels=50)
    results: dict[str, dict[str, list]] = {}
    for task, operator in tasks(given.side).items():
        rows: dict[str, list] = {}
        for seed, name in enumerate(PHOTOGRAPHS):
            image = photograph(name, given.side)
            problem = Problem.simulate(operator, Gaussian(SIGMA), Zero(), image, seed)
            rows.setdefault("pseudo-inverse or back-projection", []).append(baseline(problem, image))
            rows.setdefault("total variation, best weight", []).append(best_tv(problem, image))
            for algorithm in methods(given.levels):
                rows.setdefault(type(algorithm).__name__, []).append(reconstruct(problem, algorithm, image))
        results[task] = rows
    texts = [
        f"## {task}\n\n{table(HEAD, [(name, *mean(found)) for name, found in rows.items()])}"
        for task, rows in results.items()
    ]
    notes = (
        f"{', '.join(PHOTOGRAPHS)} in grey, {given.side} x {given.side}, which no network saw; white noise of "
        f"{SIGMA:g}; means over the three. Plug-and-play methods have the shipped U-Net for grey pictures, those of "
        f"diffusion the score network for photographs, all at their defaults but for {given.levels} levels of "
        "diffusion; total variation has the weight that is best by the truth."
    )
    publish("learned", results, notes, *texts)


if __name__ == "__main__":
    main()
