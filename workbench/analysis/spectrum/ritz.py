"""Ritz values of Krylov spaces with residuals and masses, and the outliers among them."""

from dataclasses import dataclass

import torch
from torch import Tensor

from workbench.analysis.spectrum.cost import require_finite_products
from workbench.analysis.spectrum.lanczos import Krylov

SETTLED = 1e-3  # of |H|: a Ritz value with a smaller residual is an eigenvalue
FENCE = 3.0  # quartile distances outside the quartiles: Tukey's fence for what is far out
_EMPTY = 1e-30  # a mass that only what lies behind the end of an exhausted space has


@dataclass(frozen=True)
class Ritz:
    """Ritz values of P starts, ascending, their masses and couplings, each (P, m) float64.

    The masses of a start add up to 1: the square of its part in each Ritz vector. Behind the end of an exhausted
    space they are 0, and the value repeats one of the others. The coupling of a vector v, of positive part in the
    start, is its entry of H v outside the space.
    """

    values: Tensor
    masses: Tensor
    couplings: Tensor

    @property
    def residuals(self) -> Tensor:
        """|H v - value v|."""
        return self.couplings.abs()


def ritz(krylov: Krylov) -> Ritz:
    """The Gauss quadrature of a Krylov space: eigenvalues of T, first and last entries of its eigenvectors."""
    matrix = krylov.matrix()
    require_finite_products(float(matrix.abs().sum()))
    values, vectors = torch.linalg.eigh(matrix)
    couplings = krylov.beta[:, -1:] * vectors[:, -1] * vectors[:, 0].sign()
    masses = vectors[:, 0].square()
    masses = torch.where(masses > _EMPTY, masses, 0.0)
    values = torch.where(masses > 0, values, values.gather(1, masses.argmax(1, keepdim=True)))
    order = values.argsort(1)
    return Ritz(values.gather(1, order), masses.gather(1, order), couplings.gather(1, order))


def outliers(krylov: Krylov, edges: tuple[float, float] | None = None) -> list[Tensor]:
    """The distinct eigenvalues outside the bulk that each of P starts has found, ascending: P tensors.

    Outside are those beyond `edges`, or further than 3 quartile distances from the quartiles of the measure. They are
    counted by their residuals: the mass of a Ritz value varies with the start by a factor of three and more. A
    multiple eigenvalue shows once in a Krylov space; `top` counts its copies.
    """
    found = ritz(krylov)
    return [_outside(found, start, edges) for start in range(len(found.values))]


def _outside(found: Ritz, start: int, edges: tuple[float, float] | None) -> Tensor:
    values, masses = found.values[start], found.masses[start]
    low, high = _fences(values, masses) if edges is None else edges
    settled = found.residuals[start] <= SETTLED * values.abs().max()
    return values[settled & (masses > 0) & ((values < low) | (values > high))]


def _fences(values: Tensor, masses: Tensor) -> tuple[float, float]:
    mass = masses.cumsum(0)
    first, third = (float(values[int((mass < share).sum())]) for share in (0.25, 0.75))
    return first - FENCE * (third - first), third + FENCE * (third - first)
