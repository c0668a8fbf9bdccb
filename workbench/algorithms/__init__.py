"""Algorithms: init and step."""

from workbench.algorithms.accelerated import AcceleratedPDHG
from workbench.algorithms.adaptive import AdaptivePDHG
from workbench.algorithms.admm import ADMM
from workbench.algorithms.annealed import PnPHQS
from workbench.algorithms.backtracking import BacktrackingFISTA, BacktrackingProximalGradient
from workbench.algorithms.base import Algorithm, Needs, State
from workbench.algorithms.condat import CondatVu, LinearisedADMM
from workbench.algorithms.conjugate import ConjugateGradient
from workbench.algorithms.counts import MLEM, OSEM
from workbench.algorithms.crank_nicolson import PreconditionedCrankNicolson
from workbench.algorithms.cubic import CubicNewton, RegularisedNewton
from workbench.algorithms.damped import GaussNewton, LevenbergMarquardt
from workbench.algorithms.descent import ArmijoGradientDescent, BarzilaiBorwein, NonlinearConjugateGradient
from workbench.algorithms.diffusion import (
    DDNM,
    DDRM,
    DDS,
    DPS,
    MCG,
    DiffPIR,
    PiGDM,
    REDDiff,
    UnconditionalDiffusion,
)
from workbench.algorithms.douglas import DouglasRachford
from workbench.algorithms.gradient import GradientDescent, ProximalGradient
from workbench.algorithms.half_quadratic import HalfQuadraticSplitting
from workbench.algorithms.heavy_ball import HeavyBall
from workbench.algorithms.langevin import MALA, UnadjustedLangevin
from workbench.algorithms.lbfgs import LBFGS
from workbench.algorithms.least_squares import CGLS
from workbench.algorithms.lsqr import LSMR, LSQR
from workbench.algorithms.minres import MINRES
from workbench.algorithms.momentum import FISTA, Nesterov
from workbench.algorithms.newton import GaussNewtonCG, TrustRegionNewton
from workbench.algorithms.nonconvex import IterativeHardThresholding, MonotoneAPG
from workbench.algorithms.pdhg import PDHG
from workbench.algorithms.perturbation import PerturbOptimise
from workbench.algorithms.plug_and_play import PnPADMM, PnPPGD
from workbench.algorithms.preconditioned import PreconditionedCG, PreconditionedGradient, PreconditionedPDHG
from workbench.algorithms.red import DRP, RED
from workbench.algorithms.rows import SART, SIRT, Kaczmarz, Landweber
from workbench.algorithms.spiral import SPIRAL
from workbench.algorithms.stabilised import SKROCK
from workbench.algorithms.subgradient import SubGradient
from workbench.algorithms.unrolled import UnrolledADMM, UnrolledIHT, UnrolledISTA, UnrolledPDHG

__all__ = [
    "ADMM",
    "CGLS",
    "DDNM",
    "DDRM",
    "DDS",
    "DPS",
    "DRP",
    "FISTA",
    "LBFGS",
    "LSMR",
    "LSQR",
    "MALA",
    "MCG",
    "MINRES",
    "MLEM",
    "OSEM",
    "PDHG",
    "RED",
    "SART",
    "SIRT",
    "SKROCK",
    "SPIRAL",
    "AcceleratedPDHG",
    "AdaptivePDHG",
    "Algorithm",
    "ArmijoGradientDescent",
    "BacktrackingFISTA",
    "BacktrackingProximalGradient",
    "BarzilaiBorwein",
    "CondatVu",
    "ConjugateGradient",
    "CubicNewton",
    "DiffPIR",
    "DouglasRachford",
    "GaussNewton",
    "GaussNewtonCG",
    "GradientDescent",
    "HalfQuadraticSplitting",
    "HeavyBall",
    "IterativeHardThresholding",
    "Kaczmarz",
    "Landweber",
    "LevenbergMarquardt",
    "LinearisedADMM",
    "MonotoneAPG",
    "Needs",
    "Nesterov",
    "NonlinearConjugateGradient",
    "PerturbOptimise",
    "PiGDM",
    "PnPADMM",
    "PnPHQS",
    "PnPPGD",
    "PreconditionedCG",
    "PreconditionedCrankNicolson",
    "PreconditionedGradient",
    "PreconditionedPDHG",
    "ProximalGradient",
    "REDDiff",
    "RegularisedNewton",
    "State",
    "SubGradient",
    "TrustRegionNewton",
    "UnadjustedLangevin",
    "UnconditionalDiffusion",
    "UnrolledADMM",
    "UnrolledIHT",
    "UnrolledISTA",
    "UnrolledPDHG",
]
