"""Linear algorithms as filters of the singular values: of one step, step by step, and fitted again."""

from typing import TYPE_CHECKING

from workbench.analysis.information.filters.base import Filter, SpectralFilter
from workbench.analysis.information.filters.estimators import (
    NuclearBiasFilter,
    SpectralBiasFilter,
    TikhonovFilter,
    TruncatedSVD,
    WienerFilter,
)
from workbench.analysis.information.filters.refits import OwnReconstructions, SelfDistillation, ZeroFilling
from workbench.analysis.information.filters.stepwise import (
    ChebyshevFilter,
    FrozenConjugateGradients,
    HeavyBallFilter,
    LandweberFilter,
)
from workbench.parameters import renamed

__all__ = [
    "ChebyshevFilter",
    "Filter",
    "FrozenConjugateGradients",
    "HeavyBallFilter",
    "LandweberFilter",
    "NuclearBiasFilter",
    "OwnReconstructions",
    "SelfDistillation",
    "SpectralBiasFilter",
    "SpectralFilter",
    "TikhonovFilter",
    "TruncatedSVD",
    "WienerFilter",
    "ZeroFilling",
]


if not TYPE_CHECKING:
    __getattr__ = renamed.exports(__name__)
