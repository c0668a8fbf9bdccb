"""Small networks and their training: the weights are the unknown, so a training is a Problem like any other."""

from typing import TYPE_CHECKING

from workbench.networks.activations import GELU, Activation, LeakyReLU, Linear, ReLU, Sigmoid, SiLU, Tanh
from workbench.networks.adapted_basis import AdaptedBasis, adapted_basis
from workbench.networks.cnn import CNN
from workbench.networks.curvature.base import (
    Leading,
    critical_steps,
    fisher,
    hessian,
    leading,
    one_of,
    suggested_rate,
    traces,
)
from workbench.networks.curvature.broadening import (
    BatchCurvature,
    Broadening,
    batch_curvatures,
    broadening,
    broadenings,
)
from workbench.networks.curvature.landscape import Landscape, landscape, landscapes
from workbench.networks.disturbance import Disturbance
from workbench.networks.examples.base import Examples, Table
from workbench.networks.examples.chebyshev_regression import ChebyshevRegression
from workbench.networks.examples.digit_examples import DigitExamples
from workbench.networks.examples.twelve_bit import TwelveBit
from workbench.networks.layer_information import Breach, LayerInformation
from workbench.networks.learning import Learning, learning
from workbench.networks.loss import CrossEntropy, Loss, SquaredLoss
from workbench.networks.menu import members
from workbench.networks.mlp import MLP
from workbench.networks.network import Network
from workbench.networks.optimisers.adam import Adam
from workbench.networks.optimisers.base import Optimiser, OptimiserState, at_epochs, batch_slope, spaced_epochs
from workbench.networks.optimisers.m_fac import MFAC
from workbench.networks.optimisers.sgd import SGD
from workbench.networks.plane import (
    as_dataset,
    breaches,
    information,
    informing,
    label_entropy,
    labels,
    layer_names,
    units,
    units_of,
)
from workbench.networks.predictions import Predictions
from workbench.networks.presets import LOSSY, PRESETS, classic, edge_of_stability, reader
from workbench.networks.probes import Sharpness, Stability, accuracy, progress
from workbench.networks.streams import Streams
from workbench.networks.trail import EPOCHS, PlanePath, Trail, farthest, inform, steady
from workbench.networks.training import Training
from workbench.networks.weight_array import WeightArray
from workbench.parameters import renamed

__all__ = [
    "CNN",
    "EPOCHS",
    "GELU",
    "LOSSY",
    "MFAC",
    "MLP",
    "PRESETS",
    "SGD",
    "Activation",
    "Adam",
    "AdaptedBasis",
    "BatchCurvature",
    "Breach",
    "Broadening",
    "ChebyshevRegression",
    "CrossEntropy",
    "DigitExamples",
    "Disturbance",
    "Examples",
    "Landscape",
    "LayerInformation",
    "Leading",
    "LeakyReLU",
    "Learning",
    "Linear",
    "Loss",
    "Network",
    "Optimiser",
    "OptimiserState",
    "PlanePath",
    "Predictions",
    "ReLU",
    "Sharpness",
    "SiLU",
    "Sigmoid",
    "SquaredLoss",
    "Stability",
    "Streams",
    "Table",
    "Tanh",
    "Trail",
    "Training",
    "TwelveBit",
    "WeightArray",
    "accuracy",
    "adapted_basis",
    "as_dataset",
    "at_epochs",
    "batch_curvatures",
    "batch_slope",
    "breaches",
    "broadening",
    "broadenings",
    "classic",
    "critical_steps",
    "edge_of_stability",
    "farthest",
    "fisher",
    "hessian",
    "inform",
    "information",
    "informing",
    "label_entropy",
    "labels",
    "landscape",
    "landscapes",
    "layer_names",
    "leading",
    "learning",
    "members",
    "one_of",
    "progress",
    "reader",
    "spaced_epochs",
    "steady",
    "suggested_rate",
    "traces",
    "units",
    "units_of",
]

if not TYPE_CHECKING:
    __getattr__ = renamed.exports(__name__)
