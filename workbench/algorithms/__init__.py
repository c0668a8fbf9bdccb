"""Algorithms: init and step."""

from workbench.algorithms.accelerated import AcceleratedPDHG
from workbench.algorithms.adaptive import AdaptivePDHG
from workbench.algorithms.admm import ADMM
from workbench.algorithms.base import Algorithm, Needs, State
from workbench.algorithms.condat import CondatVu, LinearisedADMM
from workbench.algorithms.conjugate import ConjugateGradient
from workbench.algorithms.cubic import CubicNewton, RegularisedNewton
from workbench.algorithms.damped import GaussNewton, LevenbergMarquardt
from workbench.algorithms.douglas import DouglasRachford
from workbench.algorithms.gradient import FISTA, GradientDescent, ProximalGradient
from workbench.algorithms.half_quadratic import HalfQuadraticSplitting
from workbench.algorithms.langevin import UnadjustedLangevin
from workbench.algorithms.lbfgs import LBFGS
from workbench.algorithms.least_squares import CGLS
from workbench.algorithms.lsqr import LSMR, LSQR
from workbench.algorithms.minres import MINRES
from workbench.algorithms.newton import GaussNewtonCG, TrustRegionNewton
from workbench.algorithms.pdhg import PDHG

__all__ = [
    "ADMM",
    "CGLS",
    "FISTA",
    "LBFGS",
    "LSMR",
    "LSQR",
    "MINRES",
    "PDHG",
    "AcceleratedPDHG",
    "AdaptivePDHG",
    "Algorithm",
    "CondatVu",
    "ConjugateGradient",
    "CubicNewton",
    "DouglasRachford",
    "GaussNewton",
    "GaussNewtonCG",
    "GradientDescent",
    "HalfQuadraticSplitting",
    "LevenbergMarquardt",
    "LinearisedADMM",
    "Needs",
    "ProximalGradient",
    "RegularisedNewton",
    "State",
    "TrustRegionNewton",
    "UnadjustedLangevin",
]
