"""Intervals that hold the truth as often as they say, whatever the method: split conformal prediction."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import islice
from typing import Annotated

import torch
from torch import Tensor

from workbench.algorithms import Algorithm
from workbench.parameters import Checked, Range
from workbench.problem import Problem
from workbench.progress import counted, interruptible
from workbench.ranges import SEEDS
from workbench.refusal import Refusal
from workbench.run import guard, iterate
from workbench.tensors import abs2, child_seed

FEW = 20  # pictures below which intervals are wide and a drift is seldom seen
_RARE = 0.05  # the share of calibration pictures that explain their data so badly, or so well, at most


@dataclass(frozen=True)
class ConformalIntervals:
    """Half-widths, (C, *space) of pixels or of the means of square regions, from n pictures that were held out.

    A new picture drawn like those lies inside with probability `coverage` = k / (n + 1) at every pixel, or region, on
    average over calibrations; k = ceil((n + 1)(1 - alpha)) is the rank of the score that is taken. `misfits`, sorted,
    are those of the held-out reconstructions. Vovk, Gammerman & Shafer 2005; Lei et al. 2018,
    doi 10.1080/01621459.2017.1307116.
    """

    half: Tensor
    count: int
    rank: int
    region: int
    misfits: Tensor

    @property
    def coverage(self) -> float:
        """What is guaranteed."""
        return self.rank / (self.count + 1)

    def around(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """The lower and the upper end, for each pixel of x, (B, C, *space), or for the mean of each region."""
        middle = pooled(x, self.region)
        return middle - self.half, middle + self.half

    def inside(self, x: Tensor, truth: Tensor) -> Tensor:
        """Where the truth, or its mean over a region, lies within: (B, C, *space), true or false."""
        return _apart(x, truth, self.region) <= self.half

    def drift(self, misfit: float) -> float:
        """How often a held-out picture explains its data as badly, or as well, as this one: a p-value, two-sided."""
        above = int((self.misfits >= misfit).sum())
        below = int((self.misfits <= misfit).sum())
        return min(1.0, 2 * (1 + min(above, below)) / (self.count + 1))

    def unlike(self, misfit: float) -> bool:
        """Whether data explained so are rarely seen among the held-out ones."""
        return self.drift(misfit) < _RARE

    def sentence(self, misfit: float | None = None) -> str:
        """What the intervals promise, and what speaks against it."""
        said = [f"{self.coverage:.1%} of pictures like the {self.count} held out lie inside, pixel by pixel"]
        if self.region > 1:
            said = [said[0].replace("pixel by pixel", f"means over {self.region} x {self.region} pixels")]
        if self.count < FEW:
            said.append(f"fewer than {FEW} pictures: take more for narrower ones, or the error bars of a sampler")
        if misfit is not None and self.unlike(misfit):
            said.append("the data are unlike those: they are explained worse or better than 95 % of them")
        return "; ".join(said)


def rank(count: int, alpha: float) -> int:
    """ceil((n + 1)(1 - alpha)) in exact arithmetic: which of n sorted scores is the end of the interval.

    Refuses too few scores for any end but infinity.
    """
    if not 0 < alpha < 1:
        raise Refusal("a share of misses between 0 and 1", f"{alpha:g}", "take alpha = 0.1 for intervals of 90 %")
    found = math.ceil((count + 1) * (1 - Fraction(alpha).limit_denominator(10**6)))
    if found > count:
        least = fewest(alpha)
        remedy = f"hold out {least}, or take alpha = {1 / (count + 1):.2g}"
        raise Refusal(f"at least {least} pictures for alpha = {alpha:g}", str(count), remedy)
    return found


def fewest(alpha: float) -> int:
    """The number of scores of which the largest is the end of the interval."""
    return math.ceil(1 / Fraction(alpha).limit_denominator(10**6)) - 1


def calibrated(
    truth: Tensor, x: Tensor, alpha: float = 0.1, region: int = 1, misfits: Tensor | None = None
) -> ConformalIntervals:
    """Intervals from n reconstructions and their truths, (n, C, *space) each."""
    if x.shape != truth.shape:
        raise Refusal("a reconstruction of each held-out picture", f"{len(x)} of {len(truth)}", "reconstruct them all")
    k = rank(len(x), alpha)
    half = _apart(x, truth, region).sort(0).values[k - 1]
    kept = torch.zeros(len(x)) if misfits is None else misfits.sort().values
    return ConformalIntervals(half, len(x), k, region, kept)


@dataclass(frozen=True)
class ConformalCalibration(metaclass=Checked):
    """How intervals are made: so many steps on data made of each held-out truth by operator and noise of a problem."""

    alpha: Annotated[float, Range(0.01, 0.5, log=True, limits=(1e-6, 1)), "share of truths that may lie outside"] = 0.1
    region: Annotated[int, Range(1, 64, log=True, unit="px", limits=(1, 10_000)), "side of a region; 1: pixels"] = 1
    steps: Annotated[int, Range(1, 5000, log=True, limits=(1, 10_000_000)), "iterations of a reconstruction"] = 100
    seed: Annotated[int, SEEDS, "seed of the noise"] = 0
    batch: Annotated[int, Range(1, 64, log=True, limits=(1, 10_000)), "reconstructions at a time"] = 16

    def intervals(self, problem: Problem, algorithm: Algorithm, truths: Tensor) -> ConformalIntervals:
        """The intervals of a method, from n truths (n, C, *space); after Ctrl-C from as many as were reconstructed.

        KeyboardInterrupt where those are too few.
        """
        found, batches = None, -(-len(truths) // self.batch)
        with interruptible() as asked:
            for latest, _ in counted(self.growing(problem, algorithm, truths), batches, "batches"):
                found = latest
                if asked():
                    break
        if found is None:
            raise KeyboardInterrupt
        return found

    def growing(
        self, problem: Problem, algorithm: Algorithm, truths: Tensor
    ) -> Iterator[tuple[ConformalIntervals | None, int]]:
        """The intervals of as many truths as are reconstructed, batch by batch, and their number; None of too few."""
        rank(len(truths), self.alpha)  # before the work, which would be lost with it
        found, misfits, done = [], [], 0
        for number, part in enumerate(truths.split(self.batch)):
            made = problem.of_another(part, child_seed(self.seed, "held-out picture", number))
            x = reconstructed(made, algorithm, self.steps, child_seed(self.seed, "held-out run", number))
            found.append(made.aligned(x))
            misfits.append(made.misfit(x))
            done += len(part)
            enough = done == len(truths) or done >= fewest(self.alpha)
            taken = truths[:done], torch.cat(found), self.alpha, self.region, torch.cat(misfits)
            yield calibrated(*taken) if enough else None, done


def reconstructed(problem: Problem, algorithm: Algorithm, steps: int, seed: int = 0) -> Tensor:
    """x after so many steps, or where the method has nothing left to do. Diverged where it leaves for infinity."""
    problem = replace(problem, truth=None)
    *_, last = guard(problem, algorithm, islice(iterate(problem, algorithm, seed=seed), steps + 1))
    return last.x


def pooled(x: Tensor, region: int) -> Tensor:
    """The mean over squares of so many pixels, those at the ends smaller; x itself for 1."""
    for axis in range(2, x.ndim):
        if region > 1:
            x = torch.stack([part.mean(axis) for part in x.split(region, axis)], axis)
    return x


def _apart(x: Tensor, truth: Tensor, region: int) -> Tensor:
    return abs2(pooled(x - truth.to(x), region)).sqrt()
