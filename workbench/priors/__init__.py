"""Priors: g(x)."""

from workbench.priors.base import NEEDS_IN_WORDS, Can, Prior, Weight
from workbench.priors.constraints import Box, NonNegative
from workbench.priors.smoothed import SmoothedTotalVariation
from workbench.priors.sparsity import L1, GroupL1
from workbench.priors.tikhonov import Tikhonov, Zero
from workbench.priors.total_variation import TotalVariation
from workbench.priors.wavelet import WaveletL1

__all__ = [
    "L1",
    "NEEDS_IN_WORDS",
    "Box",
    "Can",
    "GroupL1",
    "NonNegative",
    "Prior",
    "SmoothedTotalVariation",
    "Tikhonov",
    "TotalVariation",
    "WaveletL1",
    "Weight",
    "Zero",
]
