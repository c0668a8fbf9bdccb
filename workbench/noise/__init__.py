"""Noises: what makes the data is what explains them."""

from workbench.noise.base import Likelihood, Noise
from workbench.noise.gaussian import Gaussian
from workbench.noise.poisson import Poisson

__all__ = ["Gaussian", "Likelihood", "Noise", "Poisson"]
