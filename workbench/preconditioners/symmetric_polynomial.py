"""Elementary symmetric polynomials of the eigenvalues."""

from dataclasses import dataclass
from typing import Annotated

import torch
from torch import Tensor

from workbench.linalg import spread_of
from workbench.operators import LinearOperator
from workbench.parameters import Range
from workbench.preconditioners.polynomial import Degree, Polynomial
from workbench.preconditioners.power_sums import coefficients, power_sums
from workbench.tensors import spread


@dataclass(frozen=True)
class SymmetricPolynomial(Polynomial):
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
