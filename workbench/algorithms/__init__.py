"""Algorithms: init and step."""

from workbench.algorithms.base import Algorithm, Constants, Needs, State
from workbench.algorithms.blocks.alternating_minimisation import AlternatingMinimisation
from workbench.algorithms.blocks.block_coordinate_descent import BlockCoordinateDescent
from workbench.algorithms.blocks.compound_gaussian_em import CompoundGaussianEM
from workbench.algorithms.blocks.correntropy_nmf import CorrentropyNMF
from workbench.algorithms.blocks.dictionary_learning import DictionaryLearning
from workbench.algorithms.blocks.factored_gradient_descent import FactoredGradientDescent
from workbench.algorithms.blocks.geometric_subgradient import GeometricSubGradient
from workbench.algorithms.blocks.hals import HALS
from workbench.algorithms.blocks.palm import PALM
from workbench.algorithms.blocks.self_calibration import SelfCalibration
from workbench.algorithms.chains.crank_nicolson import PreconditionedCrankNicolson
from workbench.algorithms.chains.mala import MALA
from workbench.algorithms.chains.perturb_optimise import PerturbOptimise
from workbench.algorithms.chains.skrock import SKROCK
from workbench.algorithms.chains.unadjusted_langevin import UnadjustedLangevin
from workbench.algorithms.denoiser.drp import DRP
from workbench.algorithms.denoiser.pnp_admm import PnPADMM
from workbench.algorithms.denoiser.pnp_hqs import PnPHQS
from workbench.algorithms.denoiser.pnp_pgd import PnPPGD
from workbench.algorithms.denoiser.red import RED
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
from workbench.algorithms.direct.filtered_backprojection import FilteredBackprojection
from workbench.algorithms.direct.gridding import Gridding
from workbench.algorithms.direct.root_sum_of_squares import RootSumOfSquares
from workbench.algorithms.direct.singular_value_shrinkage import SingularValueShrinkage
from workbench.algorithms.direct.wiener import WienerDeconvolution
from workbench.algorithms.first_order.armijo import ArmijoGradientDescent
from workbench.algorithms.first_order.backtracking import BacktrackingFISTA, BacktrackingProximalGradient
from workbench.algorithms.first_order.barzilai_borwein import BarzilaiBorwein
from workbench.algorithms.first_order.fista import FISTA
from workbench.algorithms.first_order.gradient_descent import GradientDescent
from workbench.algorithms.first_order.heavy_ball import HeavyBall
from workbench.algorithms.first_order.iterative_hard_thresholding import IterativeHardThresholding
from workbench.algorithms.first_order.landweber import Landweber
from workbench.algorithms.first_order.monotone_apg import MonotoneAPG
from workbench.algorithms.first_order.nesterov import Nesterov
from workbench.algorithms.first_order.nonlinear_conjugate_gradient import NonlinearConjugateGradient
from workbench.algorithms.first_order.preconditioned_gradient import PreconditionedGradient
from workbench.algorithms.first_order.proximal_gradient import ProximalGradient
from workbench.algorithms.first_order.spiral import SPIRAL
from workbench.algorithms.first_order.step_lista import StepLISTA
from workbench.algorithms.first_order.subgradient import SubGradient
from workbench.algorithms.krylov.cgls import CGLS
from workbench.algorithms.krylov.conjugate_gradient import ConjugateGradient
from workbench.algorithms.krylov.lsmr import LSMR
from workbench.algorithms.krylov.lsqr import LSQR
from workbench.algorithms.krylov.minres import MINRES
from workbench.algorithms.krylov.preconditioned_cg import PreconditionedCG
from workbench.algorithms.second_order.cubic_newton import CubicNewton
from workbench.algorithms.second_order.gauss_newton import GaussNewton
from workbench.algorithms.second_order.gauss_newton_cg import GaussNewtonCG
from workbench.algorithms.second_order.lbfgs import LBFGS
from workbench.algorithms.second_order.levenberg_marquardt import LevenbergMarquardt
from workbench.algorithms.second_order.regularised_newton import RegularisedNewton
from workbench.algorithms.second_order.trust_region_newton import TrustRegionNewton
from workbench.algorithms.splitting.accelerated_pdhg import AcceleratedPDHG
from workbench.algorithms.splitting.adaptive_pdhg import AdaptivePDHG
from workbench.algorithms.splitting.admm import ADMM
from workbench.algorithms.splitting.condat_vu import CondatVu
from workbench.algorithms.splitting.douglas_rachford import DouglasRachford
from workbench.algorithms.splitting.half_quadratic import HalfQuadraticSplitting
from workbench.algorithms.splitting.linearised_admm import LinearisedADMM
from workbench.algorithms.splitting.pdhg import PDHG
from workbench.algorithms.splitting.preconditioned_pdhg import PreconditionedPDHG
from workbench.algorithms.splitting.proximal_newton import ProximalNewton
from workbench.algorithms.tomography.kaczmarz import Kaczmarz
from workbench.algorithms.tomography.mlem import MLEM
from workbench.algorithms.tomography.osem import OSEM
from workbench.algorithms.tomography.sart import SART
from workbench.algorithms.tomography.sirt import SIRT
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
    "HALS",
    "LBFGS",
    "LSMR",
    "LSQR",
    "MALA",
    "MCG",
    "MINRES",
    "MLEM",
    "OSEM",
    "PALM",
    "PDHG",
    "RED",
    "SART",
    "SIRT",
    "SKROCK",
    "SPIRAL",
    "AcceleratedPDHG",
    "AdaptivePDHG",
    "Algorithm",
    "AlternatingMinimisation",
    "ArmijoGradientDescent",
    "BacktrackingFISTA",
    "BacktrackingProximalGradient",
    "BarzilaiBorwein",
    "BlockCoordinateDescent",
    "CompoundGaussianEM",
    "CondatVu",
    "ConjugateGradient",
    "Constants",
    "CorrentropyNMF",
    "CubicNewton",
    "DictionaryLearning",
    "DiffPIR",
    "DouglasRachford",
    "FactoredGradientDescent",
    "FilteredBackprojection",
    "GaussNewton",
    "GaussNewtonCG",
    "GeometricSubGradient",
    "GradientDescent",
    "Gridding",
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
    "ProximalNewton",
    "REDDiff",
    "RegularisedNewton",
    "RootSumOfSquares",
    "SelfCalibration",
    "SingularValueShrinkage",
    "State",
    "StepLISTA",
    "SubGradient",
    "TrustRegionNewton",
    "UnadjustedLangevin",
    "UnconditionalDiffusion",
    "UnrolledADMM",
    "UnrolledIHT",
    "UnrolledISTA",
    "UnrolledPDHG",
    "WienerDeconvolution",
]
