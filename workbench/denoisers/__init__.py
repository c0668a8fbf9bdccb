"""Networks that remove noise or restore, without their weights: those are in `workbench.weights`."""

from workbench.denoisers.base import Denoiser
from workbench.denoisers.convex_potential import ConvexPotential
from workbench.denoisers.dense import DenseAutoEncoder
from workbench.denoisers.dncnn import DnCNN
from workbench.denoisers.gradient_step import GradientStepDenoiser
from workbench.denoisers.network import ImageNetwork
from workbench.denoisers.residual import ResidualDenoiser
from workbench.denoisers.restorer import Restorer
from workbench.denoisers.scored import ScoreDenoiser
from workbench.denoisers.superresolution import SuperResolution
from workbench.denoisers.unet import UNet
from workbench.denoisers.unrolled import Unrolled, UnrolledADMMNet, UnrolledIHTNet, UnrolledISTANet, UnrolledPDHGNet
from workbench.denoisers.variational_auto_encoder import VariationalAutoEncoder

__all__ = [
    "ConvexPotential",
    "Denoiser",
    "DenseAutoEncoder",
    "DnCNN",
    "GradientStepDenoiser",
    "ImageNetwork",
    "ResidualDenoiser",
    "Restorer",
    "ScoreDenoiser",
    "SuperResolution",
    "UNet",
    "Unrolled",
    "UnrolledADMMNet",
    "UnrolledIHTNet",
    "UnrolledISTANet",
    "UnrolledPDHGNet",
    "VariationalAutoEncoder",
]
