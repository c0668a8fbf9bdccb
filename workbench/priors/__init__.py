"""Priors: g(x)."""

from workbench.priors.affine import AffineConstraint
from workbench.priors.base import NEEDS_IN_WORDS, Can, Prior, Weight
from workbench.priors.constraints import Box, NonNegative
from workbench.priors.denoising import Denoising
from workbench.priors.entropy import Entropy
from workbench.priors.gaussian_mixture import GaussianMixture
from workbench.priors.gaussian_process import GaussianProcess
from workbench.priors.generalised import TotalGeneralisedVariation
from workbench.priors.gradient_step import GradientStep
from workbench.priors.graph import GraphLaplacian
from workbench.priors.huber import Huber, HuberTV
from workbench.priors.learned_proximal import LearnedProximal
from workbench.priors.modulus import MagnitudeOf
from workbench.priors.nonconvex import L0, MCP, SCAD
from workbench.priors.nuclear import NuclearNorm
from workbench.priors.parts import PartsOf
from workbench.priors.restoration import RestorationPrior
from workbench.priors.score import ScorePrior
from workbench.priors.sets import L1Ball, L2Ball, LInfBall, Simplex
from workbench.priors.smoothed import SmoothedTotalVariation
from workbench.priors.sobolev import Sobolev
from workbench.priors.sparsity import L1, ElasticNet, GroupL1
from workbench.priors.sum import Sum
from workbench.priors.tikhonov import Tikhonov, Zero
from workbench.priors.total_variation import TotalVariation
from workbench.priors.wavelet import WaveletL1
from workbench.priors.weighted import WeightedTotalVariation

__all__ = [
    "L0",
    "L1",
    "MCP",
    "NEEDS_IN_WORDS",
    "SCAD",
    "AffineConstraint",
    "Box",
    "Can",
    "Denoising",
    "ElasticNet",
    "Entropy",
    "GaussianMixture",
    "GaussianProcess",
    "GradientStep",
    "GraphLaplacian",
    "GroupL1",
    "Huber",
    "HuberTV",
    "L1Ball",
    "L2Ball",
    "LInfBall",
    "LearnedProximal",
    "MagnitudeOf",
    "NonNegative",
    "NuclearNorm",
    "PartsOf",
    "Prior",
    "RestorationPrior",
    "ScorePrior",
    "Simplex",
    "SmoothedTotalVariation",
    "Sobolev",
    "Sum",
    "Tikhonov",
    "TotalGeneralisedVariation",
    "TotalVariation",
    "WaveletL1",
    "Weight",
    "WeightedTotalVariation",
    "Zero",
]
