"""Forward operators: y = A(x)."""

from typing import TYPE_CHECKING

from workbench.operators.algebra.adjoint import Adjoint
from workbench.operators.algebra.composition import Composition
from workbench.operators.algebra.identity import Identity
from workbench.operators.algebra.jacobian import Jacobian
from workbench.operators.algebra.map import Map
from workbench.operators.algebra.scaled import Scaled
from workbench.operators.algebra.stack import Stack
from workbench.operators.algebra.sum import OperatorSum
from workbench.operators.base import LinearOperator, Operator, SignalShape
from workbench.operators.blurs.airy_blur import AiryBlur
from workbench.operators.blurs.convolution_psf import ConvolutionPSF
from workbench.operators.blurs.defocus_blur import DefocusBlur
from workbench.operators.blurs.gaussian_blur import GaussianBlur
from workbench.operators.blurs.heat_diffusion import HeatDiffusion
from workbench.operators.blurs.moffat_blur import MoffatBlur
from workbench.operators.blurs.motion_blur import MotionBlur
from workbench.operators.blurs.periodic_convolution import PeriodicConvolution
from workbench.operators.blurs.spatially_varying_blur import SpatiallyVaryingBlur
from workbench.operators.diagonalisation import Basis, Diagonalisation
from workbench.operators.differences.finite_difference import FiniteDifference
from workbench.operators.differences.gradient import Gradient
from workbench.operators.differences.graph import GraphIncidence, GraphLaplacian
from workbench.operators.field import Field
from workbench.operators.frequencies.fourier import FourierMask, MultiCoilFourier
from workbench.operators.frequencies.noncartesian_fourier import NonCartesianFourier
from workbench.operators.frequencies.phase_retrieval import PhaseRetrieval
from workbench.operators.frequencies.radio_interferometry import RadioInterferometry
from workbench.operators.frequencies.windowed_cosines import WindowedCosines
from workbench.operators.frequencies.windowed_fourier import WindowedFourier
from workbench.operators.integrals.abel import Abel
from workbench.operators.integrals.cross_sections import CrossSections
from workbench.operators.integrals.fan_beam_radon import FanBeamRadon
from workbench.operators.integrals.integration import Integration
from workbench.operators.integrals.radon import Radon
from workbench.operators.integrals.scan import Scan
from workbench.operators.sensors.bicubic_downsample import BicubicDownsample
from workbench.operators.sensors.clipping import Clipping
from workbench.operators.sensors.colour import Colour
from workbench.operators.sensors.downsample import Downsample
from workbench.operators.sensors.mask import Mask
from workbench.operators.sensors.quadratic_sensing import QuadraticSensing
from workbench.operators.sensors.sensing import GaussianSensing, StructuredSensing
from workbench.operators.sensors.shared_gradient import SharedGradient
from workbench.parameters import renamed

__all__ = [
    "Abel",
    "Adjoint",
    "AiryBlur",
    "Basis",
    "BicubicDownsample",
    "Clipping",
    "Colour",
    "Composition",
    "ConvolutionPSF",
    "CrossSections",
    "DefocusBlur",
    "Diagonalisation",
    "Downsample",
    "FanBeamRadon",
    "Field",
    "FiniteDifference",
    "FourierMask",
    "GaussianBlur",
    "GaussianSensing",
    "Gradient",
    "GraphIncidence",
    "GraphLaplacian",
    "HeatDiffusion",
    "Identity",
    "Integration",
    "Jacobian",
    "LinearOperator",
    "Map",
    "Mask",
    "MoffatBlur",
    "MotionBlur",
    "MultiCoilFourier",
    "NonCartesianFourier",
    "Operator",
    "OperatorSum",
    "PeriodicConvolution",
    "PhaseRetrieval",
    "QuadraticSensing",
    "RadioInterferometry",
    "Radon",
    "Scaled",
    "Scan",
    "SharedGradient",
    "SignalShape",
    "SpatiallyVaryingBlur",
    "Stack",
    "StructuredSensing",
    "WindowedCosines",
    "WindowedFourier",
]

if not TYPE_CHECKING:
    __getattr__ = renamed.exports(__name__)
