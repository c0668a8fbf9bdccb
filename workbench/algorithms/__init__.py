"""Algorithms: init and step."""

from workbench.algorithms.admm import ADMM
from workbench.algorithms.base import Algorithm, Needs, State
from workbench.algorithms.conjugate import ConjugateGradient
from workbench.algorithms.gradient import FISTA, GradientDescent, ProximalGradient
from workbench.algorithms.langevin import UnadjustedLangevin
from workbench.algorithms.pdhg import PDHG
from workbench.algorithms.preconditioned import PreconditionedCG, PreconditionedGradient, PreconditionedPDHG

__all__ = [
    "ADMM",
    "FISTA",
    "PDHG",
    "Algorithm",
    "ConjugateGradient",
    "GradientDescent",
    "Needs",
    "PreconditionedCG",
    "PreconditionedGradient",
    "PreconditionedPDHG",
    "ProximalGradient",
    "State",
    "UnadjustedLangevin",
]
