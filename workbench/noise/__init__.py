"""Noises: what makes the data is what explains them."""

from workbench.noise.base import Likelihood, Noise
from workbench.noise.gaussian import Gaussian
from workbench.noise.magnitudes import MultiplicativeGamma, Rician
from workbench.noise.poisson import Poisson
from workbench.noise.robust import Laplace, SaltAndPepper, StudentT
from workbench.noise.sobolev import Sobolev

__all__ = [
    "Gaussian",
    "Laplace",
    "Likelihood",
    "MultiplicativeGamma",
    "Noise",
    "Poisson",
    "Rician",
    "SaltAndPepper",
    "Sobolev",
    "StudentT",
]
