"""Preconditioners: P near the inverse of a Hessian, for gradient methods, conjugate gradients and PDHG."""

from workbench.preconditioners.base import Preconditioner
from workbench.preconditioners.chebyshev import Chebyshev
from workbench.preconditioners.circulant import Circulant
from workbench.preconditioners.diagonal import Diagonal
from workbench.preconditioners.rank_one_sum import RankOneSum
from workbench.preconditioners.symmetric_polynomial import SymmetricPolynomial

__all__ = ["Chebyshev", "Circulant", "Diagonal", "Preconditioner", "RankOneSum", "SymmetricPolynomial"]
