"""Chebyshev's polynomials of the Hessian."""

from dataclasses import dataclass
from typing import Annotated

import torch
from torch import Tensor

from workbench.linalg import largest_eigenvalue, spread_of
from workbench.operators import LinearOperator
from workbench.parameters import Range
from workbench.preconditioners.polynomial import Degree, Polynomial
from workbench.tensors import real_of, spread

_SAFE = 0.1  # how far above the largest eigenvalue the interval may end
_NARROWEST = 0.01  # of an interval, in units of its upper end


@dataclass(frozen=True)
class Chebyshev(Polynomial):
    """P = p(H) with 1 - t p(t) the Chebyshev polynomial of least size on [L / ratio, L], L the largest eigenvalue.

    Eigenvalues in that interval end within 1 +- 1/T, T = T_{degree+1}((ratio + 1) / (ratio - 1)); those below it
    are raised by the same polynomial. The interval ends where Lanczos sees H end, so that no condition is raised.
    Saad 2003, Iterative Methods, section 12.3, doi 10.1137/1.9780898718003.
    """

    degree: Degree = 4
    ratio: Annotated[float, Range(2, 1000, log=True, limits=(1.01, 1e9)), "largest over smallest eigenvalue"] = 30.0

    def fit(self, hessian: LinearOperator, like: Tensor) -> Tensor:
        """A bound of the largest eigenvalue, and the ratio: (B, 2)."""
        (_, high), (least, _) = largest_eigenvalue(hessian, like, _SAFE), spread_of(hessian, like)
        ratios = (high / least).clamp(1 + _NARROWEST, self.ratio)
        found = torch.where(high[:, None] > 0, torch.stack([high, ratios], 1), 1 + _NARROWEST)
        return found.to(like.device, real_of(like.dtype))

    def apply(self, fitted: Tensor, hessian: LinearOperator, r: Tensor) -> Tensor:
        high, ratio = (spread(number, r) for number in fitted.unbind(1))
        middle, half = high * (1 + 1 / ratio) / 2, high * (1 - 1 / ratio) / 2
        # The Chebyshev semi-iteration for H y = r from y = 0, Saad's algorithm 12.1.
        rho = half / middle
        y = move = r / middle
        for _ in range(self.degree):
            before, rho = rho, 1 / (2 * middle / half - rho)
            move = rho * before * move + 2 * rho / half * (r - hessian(y))
            y = y + move
        return y
