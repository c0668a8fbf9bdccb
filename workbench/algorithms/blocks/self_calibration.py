"""Gains and image by one linear least-squares problem."""

from dataclasses import dataclass
from typing import Annotated

import torch
from torch import Tensor

from workbench.algorithms.base import Needs
from workbench.algorithms.direct.formula import Formula
from workbench.linalg import attainable, cg
from workbench.noise import Likelihood
from workbench.operators import LinearOperator
from workbench.parameters import Range
from workbench.parametrisations import SensorGains
from workbench.problem import Problem
from workbench.tensors import Constant, norm, spread

_DENSE = 2500  # unknowns, up to which their matrix is decomposed
_TOLERANCE = 1e-13


@dataclass(frozen=True)
class SelfCalibration(Formula):
    """(s, m) = argmin |w (s y - A m)|^2 + |mean s - 1|^2 |y|^2, gains g = 1 / s, w where the operator sees: one step.

    Linear, since the gains are divided out of the data instead of multiplied: without noise exact, where data tell
    gains and image apart. With noise it is near the truth, and a start for methods on the blocks. By a decomposition
    for up to 2,500 unknowns, by conjugate gradients beyond. The prior is not read.
    Ling, Strohmer 2018, doi 10.1137/16M1103634; Balzano, Nowak 2007, doi 10.1145/1236360.1236426.
    """

    formula = r"(s, m) = \mathrm{argmin} \, |w \odot (s \odot y - A m)|^2 + |\bar s - 1|^2 |y|^2, \quad g = 1 / s"

    inner: Annotated[int, Range(10, 5000, log=True, limits=(1, 1_000_000)), "conjugate gradients, at most"] = 1000

    needs = Needs(
        noise=Likelihood.QUADRATIC,
        also=("gains and an image, as SensorGains has them", "an operator that is diagonal in the pixels"),
    )

    def lacks(self, problem: Problem) -> str:
        phi, A = problem.parametrisation, problem.given_operator
        if not isinstance(phi, SensorGains):
            return f"gains and an image, as SensorGains has them, which {type(phi).__name__} is not"
        if not isinstance(A, LinearOperator) or A.gram_in("pixels") is None:
            return f"an operator that is diagonal in the pixels, as Mask, which {type(A).__name__} is not"
        return super().lacks(problem)

    def solution(self, problem: Problem) -> Tensor:
        phi, A = problem.parametrisation, problem.given_operator
        assert isinstance(phi, SensorGains) and isinstance(A, LinearOperator)
        gram = A.gram_in("pixels")
        assert gram is not None
        seen = Constant(gram).like(problem.y.real)
        back = A.adjoint(problem.y)
        root = seen.sqrt()
        y = torch.where(seen > 0, back / torch.where(seen > 0, root, 1), 0)  # the data of root x
        equations = _Equations(phi, y, root)
        u = equations.dense() if phi.in_shape[-1] <= _DENSE else equations.iterated(self.inner)
        views = phi.views(u)
        dark = views["gains"].abs() == 0  # rows without data say nothing of their gain
        return phi.balanced(
            phi.joined(views | {"gains": torch.where(dark, 1, 1 / torch.where(dark, 1, views["gains"]))})
        )


class _Equations:
    """B (s, m) = (w (s y - A m), mean s |y|), to be (0, |y|)."""

    def __init__(self, phi: SensorGains, y: Tensor, root: Tensor) -> None:
        self.phi, self.y, self.root, self.size = phi, y, root, norm(y)

    def forward(self, u: Tensor) -> Tensor:
        views = self.phi.views(u)
        rest = views["gains"] * self.y - self.root * self.phi.view(views["image"])
        mean = views["gains"].flatten(1).mean(1) * self.size
        return torch.cat([rest.flatten(1), mean[:, None]], 1)

    def adjoint(self, r: Tensor) -> Tensor:
        rest, mean = r[:, :-1].reshape(self.y.shape), r[:, -1] * self.size
        axes = tuple(range(3, rest.ndim))
        gains = (self.y.conj() * rest).sum(axes, keepdim=True) if axes else self.y.conj() * rest
        gains = gains + spread(mean, gains) / gains[0].numel()
        return self.phi.joined({"gains": gains, "image": -self.phi.view.adjoint(self.root * rest)})

    def wanted(self) -> Tensor:
        """(0, |y|)."""
        return torch.cat([torch.zeros_like(self.y).flatten(1), self.size[:, None].to(self.y)], 1)

    def dense(self) -> Tensor:
        """By a decomposition of the matrix of each item."""
        n, found = self.phi.in_shape[-1], []
        unit = torch.eye(n, dtype=self.y.dtype, device=self.y.device)[:, None]
        for y, wanted in zip(self.y.split(1), self.wanted(), strict=True):
            item = _Equations(self.phi, y, self.root)
            matrix = torch.cat([item.forward(row) for row in unit.split(1)]).mT
            found.append(_least(matrix, wanted))
        return torch.stack(found)[:, None]

    def iterated(self, steps: int) -> Tensor:
        return cg(
            lambda u: self.adjoint(self.forward(u)),
            self.adjoint(self.wanted()),
            tolerance=attainable(_TOLERANCE, self.y.dtype),
            steps=steps,
        )


def _least(matrix: Tensor, wanted: Tensor) -> Tensor:
    """The shortest of the best solutions."""
    left, values, right = torch.linalg.svd(matrix, full_matrices=False)
    floor = torch.finfo(values.dtype).eps * max(matrix.shape) * values[0]
    inverse = torch.where(values > floor, 1 / values.clamp_min(torch.finfo(values.dtype).tiny), 0)
    return right.mH @ (inverse * (left.mH @ wanted))
