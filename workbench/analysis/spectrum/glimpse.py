"""The spectrum of the objective at a glance, along a run."""

from collections.abc import Iterator
from dataclasses import dataclass

from torch import Tensor

from workbench.analysis.spectrum.eigenpairs import Eigenpairs, Search, outermost
from workbench.analysis.spectrum.hessians import hessians
from workbench.analysis.spectrum.measure import SpectralMeasure, slq
from workbench.analysis.spectrum.study import SpectrumStudy, unknowns
from workbench.problem import Problem


@dataclass(frozen=True)
class Glimpse:
    """The spectrum of the objective's Hessian at iteration k: a coarse measure, and the largest eigenvalues."""

    k: int
    measure: SpectralMeasure
    pairs: Eigenpairs


def glimpse(
    problem: Problem, state: tuple[int, Tensor], before: Glimpse | None, study: SpectrumStudy
) -> Iterator[Glimpse]:
    """A quick look at (k, x): one probe, and four eigenpairs that start where those of the look before ended."""
    k, x = state
    there = hessians(problem, x, width=study.width)
    start = None if before is None else before.pairs.vectors
    search = Search(tolerance=1e-4, products=200, like=x, start=start)
    *_, pairs = outermost(there.objective, min(4, unknowns(x)), 1, search)
    yield Glimpse(k, slq(there.objective, study.steps, 1, like=x), pairs)
