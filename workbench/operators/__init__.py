"""Forward operators: y = A(x)."""

from workbench.operators.algebra import Adjoint, Composition, Identity, Jacobian, Map, Scaled, Sum
from workbench.operators.base import Field, LinearOperator, Operator, SignalShape, differentiable
from workbench.operators.convolution import GaussianBlur, MotionBlur, PeriodicConvolution
from workbench.operators.downsample import Downsample
from workbench.operators.fourier import FourierMask
from workbench.operators.gradient import Gradient
from workbench.operators.mask import Mask
from workbench.operators.radon import Radon

__all__ = [
    "Adjoint",
    "Composition",
    "Downsample",
    "Field",
    "FourierMask",
    "GaussianBlur",
    "Gradient",
    "Identity",
    "Jacobian",
    "LinearOperator",
    "Map",
    "Mask",
    "MotionBlur",
    "Operator",
    "PeriodicConvolution",
    "Radon",
    "Scaled",
    "SignalShape",
    "Sum",
    "differentiable",
]
