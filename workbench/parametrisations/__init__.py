"""Parametrisations: x = phi(u), what is looked for and the picture that it makes."""

from workbench.parametrisations.base import LinearParametrisation, Parametrisation
from workbench.parametrisations.direct import Direct
from workbench.parametrisations.low_rank import LowRank
from workbench.parametrisations.unknown_operator import UnknownOperator, bare

__all__ = [
    "Direct",
    "LinearParametrisation",
    "LowRank",
    "Parametrisation",
    "UnknownOperator",
    "bare",
]
