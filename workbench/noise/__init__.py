"""Noises: what makes the data is what explains them."""

from typing import TYPE_CHECKING

from workbench.noise.base import Noise
from workbench.noise.censored_gaussian import CensoredGaussian
from workbench.noise.concomitant_gaussian import ConcomitantGaussian
from workbench.noise.gaussian import Gaussian
from workbench.noise.laplace import Laplace
from workbench.noise.likelihood import Likelihood
from workbench.noise.multiplicative_gamma import MultiplicativeGamma
from workbench.noise.poisson import Poisson
from workbench.noise.rician import Rician
from workbench.noise.salt_and_pepper import SaltAndPepper
from workbench.noise.sobolev import SobolevNoise
from workbench.noise.student_t import StudentT
from workbench.noise.weighted_gaussian import WeightedGaussian
from workbench.parameters import renamed

__all__ = [
    "CensoredGaussian",
    "ConcomitantGaussian",
    "Gaussian",
    "Laplace",
    "Likelihood",
    "MultiplicativeGamma",
    "Noise",
    "Poisson",
    "Rician",
    "SaltAndPepper",
    "SobolevNoise",
    "StudentT",
    "WeightedGaussian",
]

if not TYPE_CHECKING:
    __getattr__ = renamed.exports(__name__)
