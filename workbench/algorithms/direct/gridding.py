"""Reconstruction from a trajectory by gridding."""

from dataclasses import dataclass

import torch
from torch import Tensor

from workbench.algorithms.base import Needs
from workbench.algorithms.direct.formula import Formula
from workbench.operators import NonCartesianFourier
from workbench.problem import Problem
from workbench.tensors import abs2


@dataclass(frozen=True)
class Gridding(Formula):
    """x = sum over coils j of c_j* F^*(w y_j) / sum_j |c_j|^2, w the part of k-space that a sample stands for.

    One step in the scale of the operator: a disk of 0.01 reads 0.01. What the trajectory leaves out stays empty, and
    shows as streaks. 0 where no coil sees anything. The prior has no say. O'Sullivan 1985, doi
    10.1109/TMI.1985.4307723; the weights are those of Pipe & Menon 1999.
    """

    formula = r"x = \frac{\sum_j c_j^* \, F^*(w \odot y_j)}{\sum_j |c_j|^2}"

    needs = Needs(linear=True, also=("k-space along a trajectory, such as that of NonCartesianFourier",))

    def lacks(self, problem: Problem) -> str:
        other = type(problem.operator).__name__
        along = isinstance(problem.operator, NonCartesianFourier)
        return super().lacks(problem) or ("" if along else f"k-space along a trajectory, which {other} has not")

    def solution(self, problem: Problem) -> Tensor:
        operator, y = problem.operator, problem.y
        assert isinstance(operator, NonCartesianFourier)
        maps = operator.maps().to(y.device, y.dtype)
        seen = abs2(maps).sum(0)
        together = (maps.conj() * operator.coil_images(y)).sum(2)
        return torch.where(seen > 0, together / torch.where(seen > 0, seen, 1), 0)
