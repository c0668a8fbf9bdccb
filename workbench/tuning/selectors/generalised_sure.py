"""The risk of what the data see of the picture."""

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from workbench.operators import LinearOperator
from workbench.operators.diagonalisation import RANK
from workbench.problem import Problem
from workbench.tensors import norm2
from workbench.tuning.path import WeightPath
from workbench.tuning.selector import Selector
from workbench.tuning.selectors.sure import known, numbers, without_variance

_WORST = 1e-3  # the least singular value over the largest, below which A^+ y is all noise


@dataclass(frozen=True)
class GeneralisedSURE(Selector):
    """(|A^+ (y - A x)|^2 - sigma^2 tr (A A*)^+ + 2 sum_i v_i d(A^+* A^+ A x)_i / dy_i) / n: the risk of A^+ A x.

    The error of the picture itself, but for what the data do not see. For operators with a pseudo-inverse in closed
    form that leaves more than noise. Eldar 2009, doi 10.1109/TSP.2008.2008212.
    """

    word: ClassVar[str] = "gsure"
    label: ClassVar[str] = "the estimated error of what the data see of the picture"
    derivative: ClassVar[bool] = True
    log: ClassVar[bool] = False

    def unmet(self, problem: Problem) -> str:
        A = problem.operator
        spectrum = A.spectrum() if isinstance(A, LinearOperator) else None
        if spectrum is None or not isinstance(A, LinearOperator) or A.pseudo_inverse(problem.y[:1]) is None:
            return f"{type(A).__name__} has no pseudo-inverse in closed form: take SURE"
        seen = spectrum[spectrum > RANK * spectrum.max()]
        if float(seen.min() / seen.max()) ** 0.5 < _WORST:
            return f"the pseudo-inverse of {type(A).__name__} leaves only noise: take SURE"
        variance = "" if without_variance(problem) else problem.noise.variance(problem.y)
        if isinstance(variance, str) or float(variance.min()) != float(variance.max()):
            return f"it needs white Gaussian noise, which {type(problem.noise).__name__} is not: take SURE"
        return ""

    def curve(self, path: WeightPath) -> Tensor:
        problem = path.problem
        A, count = problem.operator, len(problem.y) * (2 if problem.dtype.is_complex else 1)
        assert isinstance(A, LinearOperator)
        spectrum = A.spectrum()
        assert spectrum is not None
        seen = spectrum[spectrum > RANK * spectrum.max()]
        noise = float(problem.noise.variance(problem.y).max()) * count * float((1 / seen).sum())
        found = []
        for point in path.points:
            back = A.pseudo_inverse(problem.y - point.clean)
            assert back is not None
            found.append((float(norm2(back).double().sum()) - noise + 2 * known(point.projected)) / numbers(problem))
        return torch.tensor(found, dtype=torch.float64)
