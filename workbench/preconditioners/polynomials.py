"""Preconditioners that are polynomials of the Hessian: no transform, no matrix, a few more products."""

from dataclasses import dataclass
from typing import Annotated

import torch
from torch import Tensor

from workbench.linalg import largest_eigenvalue, spread_of
from workbench.operators import LinearOperator
from workbench.parameters import Range
from workbench.preconditioners.base import Preconditioner
from workbench.preconditioners.symmetric import coefficients, power_sums
from workbench.tensors import real_of, spread

Degree = Annotated[int, Range(0, 8, limits=(0, 50)), "degree: products with H that an application costs"]
_SAFE = 0.1  # how far above the largest eigenvalue the interval may end
_NARROWEST = 0.01  # of an interval, in units of its upper end


@dataclass(frozen=True)
class _Polynomial(Preconditioner):
    """P = p(H), which commutes with H: P H is self-adjoint itself."""

    def balanced(self, fitted: Tensor, hessian: LinearOperator, v: Tensor) -> Tensor:
        return self.apply(fitted, hessian, hessian(v))


@dataclass(frozen=True)
class SymmetricPolynomial(_Polynomial):
    """P with the eigenvalue e_d(all eigenvalues of H but this one), e_d the elementary symmetric polynomial.

    P H has the condition number of H times e_d(all but the largest) / e_d(all but the smallest): gaps among the d
    largest eigenvalues no longer matter, and no bound of the spectrum is asked for. The `sketch` largest eigenvalues
    are found, the traces of powers of the rest estimated; the degree is lowered where they leave P not positive, or
    the condition no smaller.
    Doikov & Rodomanov 2023, arXiv 2301.13194.
    """

    degree: Degree = 2
    sketch: Annotated[int, Range(1, 30, limits=(1, 1000)), "largest eigenvalues that are found"] = 8
    probes: Annotated[int, Range(1, 30, limits=(1, 10_000)), "probes for the traces of the rest"] = 6

    def fit(self, hessian: LinearOperator, like: Tensor) -> Tensor:
        """The scale of H and the coefficients of the powers of H / scale: (B, degree + 2)."""
        found, sums, scale = power_sums(hessian, like, self.degree, self.sketch, self.probes)
        least = spread_of(hessian, like)[0].to(scale) / scale
        return torch.cat([scale[:, None], coefficients(found, sums, least, self.degree)], 1)

    def apply(self, fitted: Tensor, hessian: LinearOperator, r: Tensor) -> Tensor:
        scale, *powers = (spread(c, r) for c in fitted.to(r.real).unbind(1))
        out = powers[-1] * r
        for c in reversed(powers[:-1]):
            out = hessian(out) / scale + c * r
        return out


@dataclass(frozen=True)
class Chebyshev(_Polynomial):
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
