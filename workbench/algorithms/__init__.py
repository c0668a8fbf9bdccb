"""Algorithms: init and step."""

from workbench.algorithms.admm import ADMM
from workbench.algorithms.backtracking import BacktrackingFISTA, BacktrackingProximalGradient
from workbench.algorithms.base import Algorithm, Needs, State
from workbench.algorithms.conjugate import ConjugateGradient
from workbench.algorithms.counts import MLEM, OSEM
from workbench.algorithms.descent import ArmijoGradientDescent, BarzilaiBorwein, NonlinearConjugateGradient
from workbench.algorithms.gradient import GradientDescent, ProximalGradient
from workbench.algorithms.heavy_ball import HeavyBall
from workbench.algorithms.langevin import MALA, UnadjustedLangevin
from workbench.algorithms.momentum import FISTA, Nesterov
from workbench.algorithms.nonconvex import IterativeHardThresholding, MonotoneAPG
from workbench.algorithms.pdhg import PDHG
from workbench.algorithms.preconditioned import PreconditionedCG, PreconditionedGradient, PreconditionedPDHG
from workbench.algorithms.rows import SART, SIRT, Kaczmarz, Landweber
from workbench.algorithms.spiral import SPIRAL
from workbench.algorithms.subgradient import SubGradient

__all__ = [
    "ADMM",
    "FISTA",
    "MALA",
    "MLEM",
    "OSEM",
    "PDHG",
    "SART",
    "SIRT",
    "SPIRAL",
    "Algorithm",
    "ArmijoGradientDescent",
    "BacktrackingFISTA",
    "BacktrackingProximalGradient",
    "BarzilaiBorwein",
    "ConjugateGradient",
    "GradientDescent",
    "HeavyBall",
    "IterativeHardThresholding",
    "Kaczmarz",
    "Landweber",
    "MonotoneAPG",
    "Needs",
    "Nesterov",
    "NonlinearConjugateGradient",
    "PreconditionedCG",
    "PreconditionedGradient",
    "PreconditionedPDHG",
    "ProximalGradient",
    "State",
    "SubGradient",
    "UnadjustedLangevin",
]
