"""What a person looks at: spectra of data term, prior and objective at an iterate, sharper with every product."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import Annotated

import torch
from torch import Tensor

from workbench.analysis.spectrum.cost import Cost
from workbench.analysis.spectrum.eigenpairs import Search, outermost
from workbench.analysis.spectrum.hessians import Hessians, exact, hessians
from workbench.analysis.spectrum.lanczos import iterate, real_coordinates
from workbench.analysis.spectrum.measure import SpectralMeasure, refine, slq_cost
from workbench.analysis.spectrum.ritz import ritz
from workbench.analysis.spectrum.spectrum_estimate import SpectrumEstimate
from workbench.operators import Map
from workbench.parameters import Checked, Range
from workbench.preconditioners import Preconditioner
from workbench.priors import Zero
from workbench.problem import Problem
from workbench.tensors import norm2

_SLOPE = 60  # Lanczos steps from the gradient
_SEARCH = 40  # products for each eigenpair, at most


@dataclass(frozen=True)
class SpectrumStudy(metaclass=Checked):
    """How far to look, and at what."""

    steps: Annotated[int, Range(5, 200, log=True, limits=(1, 5000)), "Lanczos steps: how fine the spectrum gets"] = 40
    probes: Annotated[int, Range(1, 16, log=True, limits=(1, 256)), "random probes: how sure its heights are"] = 2
    modes: Annotated[int, Range(1, 40, limits=(1, 400)), "eigenvectors to find, from the top"] = 12
    of_data: Annotated[bool, "eigenvectors of the data term, for filter factors, instead of the objective's"] = False
    width: Annotated[float, Range(1e-4, 0.1, log=True, limits=(1e-9, 10)), "over which kinks are rounded off"] = 0.01

    def cost(self, problem: Problem, like: Tensor) -> Cost:
        """The most products and bytes: known before the start."""
        shape = (problem.operator.in_shape,) * 2
        operator = Map(shape, torch.clone, torch.clone, problem.operator.field)
        one = slq_cost(operator, self.steps, self.probes, like)
        terms, search = (1 if isinstance(problem.prior, Zero) else 3), self._search(like)
        pairs = search.cost(operator, min(self.modes, unknowns(like)))
        return Cost(terms * one.products + _SLOPE + pairs.products, terms * one.bytes + pairs.bytes)

    def of(self, problem: Problem, x: Tensor) -> Iterator[SpectrumEstimate]:
        """The findings at x, (1, *in_shape): spectra step by step, then the gradient's, then the eigenpairs."""
        cost = self.cost(problem, x)
        cost.require(x.device)
        there = hessians(problem, x, width=self.width)
        found = SpectrumEstimate(there, cost.products, exact=exact(there), of_data=self.of_data)
        terms = {"data term": there.data, "prior": there.prior, "objective": there.objective}
        if isinstance(problem.prior, Zero):
            terms = {"objective": there.objective}
        runs = [refine(operator, self.steps, self.probes, like=x) for operator in terms.values()]
        latest = [next(run) for run in runs]
        for _ in range(self.steps):
            spent = sum(m.products for m in latest)
            found = replace(found, products=spent, measures=tuple(zip(terms, latest, strict=True)))
            yield found
            # A space that is exhausted has said all; the others go on.
            latest = [next(run, old) for run, old in zip(runs, latest, strict=True)]
        yield from self._rest(found)

    def _rest(self, found: SpectrumEstimate) -> Iterator[SpectrumEstimate]:
        there, begun = found.hessians, found.products
        slope = there.problem.misfit_grad(there.x) + there.problem.prior.grad(there.x)
        if bool(norm2(slope) > 0):
            for krylov in islice(iterate(there.objective, slope), _SLOPE):
                nodes = ritz(krylov)
                masses = nodes.masses[0] * norm2(slope).double()[0]
                found = replace(found, products=begun + krylov.products, slope=(nodes.values[0], masses))
                yield found
        begun, pairs = found.products, None
        chosen = there.data if self.of_data else there.objective
        for pairs in outermost(chosen, min(self.modes, unknowns(there.x)), 1, self._search(there.x)):
            spent = begun + pairs.products
            found = replace(found, products=spent, values=pairs.values, residuals=pairs.residuals)
            yield found
        yield replace(found, pairs=pairs)

    def _search(self, like: Tensor) -> Search:
        return Search(tolerance=1e-5, products=_SEARCH * self.modes + 200, like=like)


def preconditioned(found: Hessians, preconditioner: Preconditioner, study: SpectrumStudy) -> Iterator[SpectralMeasure]:
    """The spectrum of P H, H the objective's Hessian: what a method in the metric of P has to cope with."""
    fitted = preconditioner.fit(found.objective, found.x)

    def apply(v: Tensor) -> Tensor:
        return preconditioner.balanced(fitted.expand(len(v), *fitted.shape[1:]), found.objective, v)

    shape = (found.problem.operator.in_shape,) * 2
    operator = Map(shape, apply, apply, found.problem.operator.field)
    return refine(operator, study.steps, study.probes, like=found.x)


def unknowns(like: Tensor) -> int:
    return real_coordinates(like).shape[1]
