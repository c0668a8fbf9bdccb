"""Forward operators: y = A(x)."""

from workbench.operators.algebra import Adjoint, Composition, Identity, Jacobian, Map, Scaled, Sum
from workbench.operators.base import Basis, Field, LinearOperator, Operator, SignalShape
from workbench.operators.bicubic import BicubicDownsample
from workbench.operators.clipping import Clipping
from workbench.operators.colour import Colour
from workbench.operators.convolution import GaussianBlur, MotionBlur, PeriodicConvolution
from workbench.operators.diffusion import HeatDiffusion
from workbench.operators.downsample import Downsample
from workbench.operators.fan_beam import FanBeamRadon
from workbench.operators.fourier import FourierMask, MultiCoilFourier
from workbench.operators.gradient import FiniteDifference, Gradient
from workbench.operators.graph import GraphIncidence, GraphLaplacian
from workbench.operators.integration import Abel, Integration
from workbench.operators.interferometry import RadioInterferometry
from workbench.operators.mask import Mask
from workbench.operators.phase import PhaseRetrieval
from workbench.operators.point_spread import AiryBlur, ConvolutionPSF, DefocusBlur, MoffatBlur
from workbench.operators.radon import Radon
from workbench.operators.sensing import GaussianSensing, StructuredSensing
from workbench.operators.stack import Stack
from workbench.operators.varying_blur import SpatiallyVaryingBlur

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
    "DefocusBlur",
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
    "Operator",
    "PeriodicConvolution",
    "PhaseRetrieval",
    "RadioInterferometry",
    "Radon",
    "Scaled",
    "SignalShape",
    "SpatiallyVaryingBlur",
    "Stack",
    "StructuredSensing",
    "Sum",
]
