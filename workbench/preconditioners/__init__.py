"""Preconditioners: P near the inverse of a Hessian, for gradient methods, conjugate gradients and PDHG."""

from workbench.preconditioners.base import Preconditioner
from workbench.preconditioners.fisher import RankOneSum
from workbench.preconditioners.modes import Circulant, Diagonal
from workbench.preconditioners.polynomials import Chebyshev, SymmetricPolynomial

__all__ = ["Chebyshev", "Circulant", "Diagonal", "Preconditioner", "RankOneSum", "SymmetricPolynomial"]
