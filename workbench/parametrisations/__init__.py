"""Parametrisations: x = phi(u), what is looked for and the picture that it makes."""

from workbench.parametrisations.base import LinearParametrisation, Parametrisation
from workbench.parametrisations.direct import Direct
from workbench.parametrisations.factors.compound_gaussian import CompoundGaussian
from workbench.parametrisations.factors.dictionary import Dictionary
from workbench.parametrisations.factors.gram import Gram
from workbench.parametrisations.factors.hadamard import Hadamard
from workbench.parametrisations.factors.low_rank import LowRank
from workbench.parametrisations.factors.mixture import Mixture
from workbench.parametrisations.factors.non_negative_factors import NonNegativeFactors
from workbench.parametrisations.factors.square_difference import SquareDifference
from workbench.parametrisations.factors.synthesis import Synthesis
from workbench.parametrisations.factors.tubal_product import TubalProduct
from workbench.parametrisations.fields.fourier_features import FourierFeatures
from workbench.parametrisations.fields.generator import Generator
from workbench.parametrisations.fields.grid import Grid
from workbench.parametrisations.fields.learnable_activation import LearnableActivation
from workbench.parametrisations.fields.multiscale_grid import MultiscaleGrid
from workbench.parametrisations.fields.untrained_network import UntrainedNetwork
from workbench.parametrisations.sensors.coils_and_image import CoilsAndImage
from workbench.parametrisations.sensors.kernel_and_image import KernelAndImage
from workbench.parametrisations.sensors.relaxation_maps import RelaxationMaps
from workbench.parametrisations.sensors.sensor_gains import SensorGains
from workbench.parametrisations.unknown_operator import UnknownOperator, bare
from workbench.parametrisations.warps.deformation import Deformation
from workbench.parametrisations.warps.incompressible_warp import IncompressibleWarp
from workbench.parametrisations.warps.warp import Warp

__all__ = [
    "CoilsAndImage",
    "CompoundGaussian",
    "Deformation",
    "Dictionary",
    "Direct",
    "FourierFeatures",
    "Generator",
    "Gram",
    "Grid",
    "Hadamard",
    "IncompressibleWarp",
    "KernelAndImage",
    "LearnableActivation",
    "LinearParametrisation",
    "LowRank",
    "Mixture",
    "MultiscaleGrid",
    "NonNegativeFactors",
    "Parametrisation",
    "RelaxationMaps",
    "SensorGains",
    "SquareDifference",
    "Synthesis",
    "TubalProduct",
    "UnknownOperator",
    "UntrainedNetwork",
    "Warp",
    "bare",
]
