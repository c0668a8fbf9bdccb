"""How far the values of a reconstruction may be trusted: intervals of every pixel, by one method or another."""

from workbench.tuning.quantifiers.laplace_approximation import LaplaceApproximation
from workbench.tuning.quantifiers.posterior_draws import PosteriorDraws
from workbench.tuning.quantifiers.quantifier import QuantifiedPicture, Quantifier
from workbench.tuning.quantifiers.split_conformal import SplitConformal

__all__ = ["LaplaceApproximation", "PosteriorDraws", "QuantifiedPicture", "Quantifier", "SplitConformal"]
