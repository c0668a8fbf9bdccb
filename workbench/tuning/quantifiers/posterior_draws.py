"""Intervals from draws of the posterior."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

from workbench.algorithms import Algorithm
from workbench.analysis.chains import Sampling, sampled
from workbench.parameters import Range
from workbench.problem import Problem
from workbench.refusal import Refusal
from workbench.tuning.quantifiers.quantifier import QuantifiedPicture, Quantifier

_AGREE = 1.01  # R-hat below which chains are taken to agree


@dataclass(frozen=True)
class PosteriorDraws(Quantifier):
    """Between the 5 % and the 95 % quantile of draws of p(x | y) at every pixel, by chains of the run's own sampler.

    It promises as much as the prior is true and the chains have mixed; R-hat says whether they agree.
    """

    chains: Annotated[int, Range(3, 16, limits=(3, 4096)), "chains, side by side"] = 4
    warmup: Annotated[int, Range(1, 10_000, log=True, limits=(0, 1e7)), "iterations before draws count"] = 100
    draws: Annotated[int, Range(10, 5000, log=True, limits=(4, 1e7)), "draws of a chain"] = 300

    def unmet(self, problem: Problem, algorithm: Algorithm) -> str:
        if algorithm.random:
            return algorithm.unmet(problem)
        name = type(algorithm).__name__
        return f"{name} has one answer and draws none: choose a sampler, as the tab Uncertainty offers one"

    def pictures(self, problem: Problem, algorithm: Algorithm, steps: int) -> Iterator[QuantifiedPicture]:
        if sentence := self.unmet(problem, algorithm):
            raise Refusal("an algorithm that draws", type(algorithm).__name__, sentence)
        sampling = Sampling(self.chains, self.warmup, 1, self.draws)
        for found in sampled(problem, algorithm, sampling):
            if not found.intervals:
                yield QuantifiedPicture(None, "chains warm up, and draw", "", found.draws, self.draws)
                continue
            look = found.looks[-1]
            said = f"90 % of {found.draws} draws of {self.chains} chains by {type(algorithm).__name__} lie inside"
            apart = look.rhat >= _AGREE
            warning = f"R-hat {look.rhat:.3g}: the chains do not agree yet, draw more" if apart else ""
            yield QuantifiedPicture(found.intervals[-1], said, warning, found.draws, self.draws)
