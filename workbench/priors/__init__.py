"""Priors: g(x)."""

from workbench.priors.base import NEEDS_IN_WORDS, Can, Prior, Weight
from workbench.priors.constraints import Box, NonNegative
from workbench.priors.huber import Huber, HuberTV
from workbench.priors.nonconvex import L0, MCP, SCAD
from workbench.priors.sobolev import Sobolev
from workbench.priors.sparsity import L1, ElasticNet, GroupL1
from workbench.priors.tikhonov import Tikhonov, Zero
from workbench.priors.total_variation import TotalVariation
from workbench.priors.wavelet import WaveletL1

__all__ = [
    "L0",
    "L1",
    "MCP",
    "NEEDS_IN_WORDS",
    "SCAD",
    "Box",
    "Can",
    "ElasticNet",
    "GroupL1",
    "Huber",
    "HuberTV",
    "NonNegative",
    "Prior",
    "Sobolev",
    "Tikhonov",
    "TotalVariation",
    "WaveletL1",
    "Weight",
    "Zero",
]
