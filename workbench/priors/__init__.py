"""Priors: g(x)."""

from workbench.priors.base import NEEDS_IN_WORDS, Can, Prior, Weight
from workbench.priors.tikhonov import Tikhonov, Zero

__all__ = ["NEEDS_IN_WORDS", "Can", "Prior", "Tikhonov", "Weight", "Zero"]
