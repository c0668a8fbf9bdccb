"""Filters and potentials of a field of experts."""

import math
from dataclasses import dataclass, replace
from typing import Annotated, ClassVar

import torch
from torch import Tensor

from workbench.parameters import Range
from workbench.priors import Can, FieldOfExperts, Prior
from workbench.priors.learned.field_of_experts import ExpertBank, FilterEnergies, Potential, cosines
from workbench.problem import Problem
from workbench.tuning.hypergradients.hyperparameters.hyperparameter import Hyperparameter
from workbench.tuning.scales import usual_weight

_UNIT = 0.1  # of a filter's coefficient, for one of theta: filters move as slowly as logarithms do


class LearnedExperts(FilterEnergies):
    """Fields of experts whose bank may ask for gradients."""

    def __init__(self, bank: ExpertBank, potential: Potential) -> None:
        super().__init__()
        self.potential, self._bank = potential, bank
        self.can = Can.VALUE | Can.GRAD | Can.HVP | (Can.CONVEX if potential == "convex" else Can(0))

    def bank(self, x: Tensor) -> ExpertBank:
        return ExpertBank(*(part.to(x) for part in self._bank))


@dataclass(frozen=True)
class ExpertFilters(Hyperparameter):
    """theta = the filters of FieldOfExperts in the basis of cosines, without a mean, and log amount, log width of each.

    It begins with the cosines themselves, J = side^2 - 1 of them, at the usual weight.
    Chen, Ranftl & Pock 2014, doi 10.1109/TIP.2014.2299065.
    """

    word: ClassVar[str] = "experts"

    side: Annotated[int, Range(2, 7, unit="px", limits=(2, 15)), "side of the filters"] = 3
    potential: Annotated[Potential, "how large answers cost"] = "heavy-tailed"
    width: Annotated[
        float, Range(1e-3, 1, log=True, limits=(1e-9, 1e9)), "answer up to which a potential is a parabola, at first"
    ] = 0.1

    def unmet(self, problem: Problem) -> str:
        return self._fresh().unfit(problem.operator.in_shape, problem.dtype)

    def start(self, problem: Problem) -> Tensor:
        count = self.side**2 - 1
        plain = replace(problem, prior=self._fresh(), y=problem.y[:1], truth=None)
        numbers = (usual_weight(plain), self.width)
        sizes = [torch.full((count,), math.log(number), dtype=torch.float64) for number in numbers]
        filters = torch.eye(count, dtype=torch.float64).flatten() / _UNIT
        return torch.cat([filters, *sizes]).to(problem.y.device)

    def at(self, problem: Problem, theta: Tensor) -> Problem:
        return replace(problem, prior=LearnedExperts(self._bank(theta), self.potential))

    def learned(self, problem: Problem, theta: Tensor) -> Prior:
        bank = self._bank(theta.detach().cpu())
        rows = tuple(map(tuple, bank.filters.flatten(1).tolist()))
        weight = float(bank.amounts.max())
        amounts = tuple((bank.amounts / weight).tolist())
        return FieldOfExperts(weight, rows, amounts, tuple(bank.widths.tolist()), self.potential)

    def _fresh(self) -> FieldOfExperts:
        count = self.side**2 - 1
        rows = tuple(map(tuple, cosines(self.side).flatten(1).tolist()))
        return FieldOfExperts(1.0, rows, (), (self.width,) * count, self.potential)

    def _bank(self, theta: Tensor) -> ExpertBank:
        count = self.side**2 - 1
        mixing, amounts, widths = theta.split([count * count, count, count])
        basis = cosines(self.side).to(theta)
        filters = torch.einsum("jk,kab->jab", _UNIT * mixing.reshape(count, count), basis)
        return ExpertBank(filters, amounts.exp(), widths.exp())
