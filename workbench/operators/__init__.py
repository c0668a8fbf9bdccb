"""Forward operators: y = A(x)."""

from workbench.operators.algebra import Adjoint, Composition, Identity, Jacobian, Map, Scaled, Sum
from workbench.operators.base import Field, LinearOperator, Operator, SignalShape, differentiable
from workbench.operators.bicubic import BicubicDownsample
from workbench.operators.colour import Colour
from workbench.operators.convolution import GaussianBlur, MotionBlur, PeriodicConvolution
from workbench.operators.diffusion import HeatDiffusion
from workbench.operators.downsample import Downsample
from workbench.operators.fourier import FourierMask
from workbench.operators.gradient import FiniteDifference, Gradient
from workbench.operators.graph import GraphIncidence, GraphLaplacian
from workbench.operators.integration import Abel, Integration
from workbench.operators.mask import Mask
from workbench.operators.point_spread import AiryBlur, ConvolutionPSF, DefocusBlur, MoffatBlur
from workbench.operators.radon import Radon
from workbench.operators.sensing import GaussianSensing, StructuredSensing
from workbench.operators.stack import Stack

__all__ = [
    "Abel",
    "Adjoint",
    "AiryBlur",
    "BicubicDownsample",
    "Colour",
    "Composition",
    "ConvolutionPSF",
    "DefocusBlur",
    "Downsample",
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
    "Operator",
    "PeriodicConvolution",
    "Radon",
    "Scaled",
    "SignalShape",
    "Stack",
    "StructuredSensing",
    "Sum",
    "differentiable",
]
