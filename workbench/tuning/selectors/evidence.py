"""The weight under which the data are the most probable."""

import math
from dataclasses import dataclass, replace
from typing import ClassVar

import torch
from torch import Tensor

from workbench.algorithms.base import white
from workbench.operators.diagonalisation import RANK
from workbench.posterior import LARGEST
from workbench.posterior.covariance import columns
from workbench.priors import Can
from workbench.problem import Problem
from workbench.tensors import in_double, parts
from workbench.tuning.modes import modes
from workbench.tuning.path import WeightPath
from workbench.tuning.selector import Selector
from workbench.tuning.walk import at_weight


@dataclass(frozen=True)
class Evidence(Selector):
    """-log p(y | w) = F(x) + log det H / 2 - log det+ P / 2 + n / 2 log 2 pi sigma^2, x the minimum of F = nll + prior.

    H is the Hessian of F, P the prior's, of which directions that it leaves free count as no dimension. Exact for
    quadratic priors and white Gaussian noise: by modes, or by matrices of a few thousand unknowns. Laplace's
    approximation of a prior with kinks is refused: its H depends on how they are smoothed. MacKay 1992,
    doi 10.1162/neco.1992.4.3.415.
    """

    word: ClassVar[str] = "evidence"
    label: ClassVar[str] = "minus the logarithm of the evidence"
    log: ClassVar[bool] = False

    def unmet(self, problem: Problem) -> str:
        prior = type(problem.prior).__name__
        if not (problem.operator.linear and white(problem) and Can.QUADRATIC in problem.prior.can):
            return f"the evidence is exact for quadratic priors and white noise, not with {prior}: take SURE"
        if modes(problem) is None and parts(problem.zeros())[0].numel() > LARGEST:
            return f"without known modes it takes at most {LARGEST} unknowns: take GCV"
        return ""

    def curve(self, path: WeightPath) -> Tensor:
        problem = path.problem
        constant = parts(problem.y).numel() / 2 * math.log(2 * math.pi / problem.noise.lipschitz(problem.y))
        found = []
        for point in path.points:
            hessian, own = _spectra(at_weight(problem, point.weight, path.where))
            volume = len(problem.y) / 2 * float(_log_det(hessian) - _log_det(own))
            found.append(point.misfit + point.prior + volume + constant)
        return torch.tensor(found, dtype=torch.float64)


def _spectra(problem: Problem) -> tuple[Tensor, Tensor]:
    """All eigenvalues of the Hessian of one item, and of the prior's."""
    found, count = modes(problem), 2 if problem.dtype.is_complex else 1
    if found is not None:
        return found.hessian.flatten().repeat(count), found.own.flatten().repeat(count)
    one = replace(problem, y=in_double(problem.y[:1]), truth=None)
    shape = one.operator.in_shape

    def hessian(v: Tensor) -> Tensor:
        many = replace(one, y=one.y.expand(len(v), *one.y.shape[1:]))
        return many.gauss_newton(torch.zeros_like(v))(v)

    def own(v: Tensor) -> Tensor:
        return one.prior.hvp(torch.zeros_like(v), v)

    made = [columns(apply, shape, one.dtype, one.y.device) for apply in (hessian, own)]
    return torch.linalg.eigvalsh((made[0] + made[0].T) / 2), torch.linalg.eigvalsh((made[1] + made[1].T) / 2)


def _log_det(values: Tensor) -> Tensor:
    return values[values > RANK * values.max()].log().sum()
