"""Priors: g(x)."""

from typing import TYPE_CHECKING

from workbench.parameters import renamed
from workbench.priors.base import Prior, Weight
from workbench.priors.can import NEEDS_IN_WORDS, Can
from workbench.priors.combined.analysis import Analysis
from workbench.priors.combined.magnitude_of import MagnitudeOf
from workbench.priors.combined.on_unknown import OnUnknown
from workbench.priors.combined.parts_of import PartsOf
from workbench.priors.combined.sum import Sum
from workbench.priors.entropy import Entropy
from workbench.priors.gaussian.elastic import Elastic
from workbench.priors.gaussian.gaussian_mixture import GaussianMixture
from workbench.priors.gaussian.gaussian_process import GaussianProcess
from workbench.priors.gaussian.graph_laplacian import GraphSmoothness
from workbench.priors.gaussian.sobolev import Sobolev
from workbench.priors.gaussian.tikhonov import Tikhonov
from workbench.priors.gaussian.zero import Zero
from workbench.priors.learned.denoising import Denoising
from workbench.priors.learned.field_of_experts import FieldOfExperts
from workbench.priors.learned.gradient_step import GradientStep
from workbench.priors.learned.learned_proximal import LearnedProximal
from workbench.priors.learned.restoration_prior import RestorationPrior
from workbench.priors.learned.score_prior import ScorePrior
from workbench.priors.sets.affine_constraint import AffineConstraint
from workbench.priors.sets.box import Box
from workbench.priors.sets.l1_ball import L1Ball
from workbench.priors.sets.l2_ball import L2Ball
from workbench.priors.sets.l_inf_ball import LInfBall
from workbench.priors.sets.non_negative import NonNegative
from workbench.priors.sets.simplex import Simplex
from workbench.priors.sparsity.block_envelope import BlockEnvelope
from workbench.priors.sparsity.block_l1 import BlockL1
from workbench.priors.sparsity.cauchy import Cauchy
from workbench.priors.sparsity.dyadic_partition import DyadicPartition
from workbench.priors.sparsity.elastic_net import ElasticNet
from workbench.priors.sparsity.group_l1 import GroupL1
from workbench.priors.sparsity.l0 import L0
from workbench.priors.sparsity.l1 import L1
from workbench.priors.sparsity.mcp import MCP
from workbench.priors.sparsity.nuclear_norm import NuclearNorm
from workbench.priors.sparsity.scad import SCAD
from workbench.priors.sparsity.wavelet_l1 import WaveletL1
from workbench.priors.variation.huber import Huber, HuberTV
from workbench.priors.variation.smoothed_total_variation import SmoothedTotalVariation
from workbench.priors.variation.total_generalised_variation import TotalGeneralisedVariation
from workbench.priors.variation.total_variation import TotalVariation
from workbench.priors.variation.weighted_total_variation import WeightedTotalVariation

__all__ = [
    "L0",
    "L1",
    "MCP",
    "NEEDS_IN_WORDS",
    "SCAD",
    "AffineConstraint",
    "Analysis",
    "BlockEnvelope",
    "BlockL1",
    "Box",
    "Can",
    "Cauchy",
    "Denoising",
    "DyadicPartition",
    "Elastic",
    "ElasticNet",
    "Entropy",
    "FieldOfExperts",
    "GaussianMixture",
    "GaussianProcess",
    "GradientStep",
    "GraphSmoothness",
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
    "OnUnknown",
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

if not TYPE_CHECKING:
    __getattr__ = renamed.exports(__name__)
