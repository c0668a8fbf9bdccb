"""Parametrisations: x = phi(u), what is looked for and the picture that it makes."""

from workbench.parametrisations.base import LinearParametrisation, Parametrisation
from workbench.parametrisations.dictionary import Dictionary
from workbench.parametrisations.direct import Direct
from workbench.parametrisations.fourier_features import FourierFeatures
from workbench.parametrisations.grid import Grid
from workbench.parametrisations.hadamard import Hadamard
from workbench.parametrisations.kernel_and_image import KernelAndImage
from workbench.parametrisations.low_rank import LowRank
from workbench.parametrisations.mixture import Mixture
from workbench.parametrisations.non_negative_factors import NonNegativeFactors
from workbench.parametrisations.relaxation_maps import RelaxationMaps
from workbench.parametrisations.sensor_gains import SensorGains
from workbench.parametrisations.square_difference import SquareDifference
from workbench.parametrisations.tubal_product import TubalProduct
from workbench.parametrisations.unknown_operator import UnknownOperator, bare
from workbench.parametrisations.untrained_network import UntrainedNetwork

__all__ = [
    "Dictionary",
    "Direct",
    "FourierFeatures",
    "Grid",
    "Hadamard",
    "KernelAndImage",
    "LinearParametrisation",
    "LowRank",
    "Mixture",
    "NonNegativeFactors",
    "Parametrisation",
    "RelaxationMaps",
    "SensorGains",
    "SquareDifference",
    "TubalProduct",
    "UnknownOperator",
    "UntrainedNetwork",
    "bare",
]
