"""Trainings that are known from the literature, ready to run, and the estimator that reads each of them."""

from workbench.analysis.information import (
    KSG,
    PCA,
    Bins,
    Estimator,
    Exact,
    FloorBins,
    Noisy,
)
from workbench.networks.activations import ReLU
from workbench.networks.cnn import CNN
from workbench.networks.disturbance import Disturbance
from workbench.networks.examples.chebyshev_regression import ChebyshevRegression
from workbench.networks.examples.digit_examples import DigitExamples
from workbench.networks.loss import SquaredLoss
from workbench.networks.mlp import MLP
from workbench.networks.optimisers.adam import Adam
from workbench.networks.optimisers.sgd import SGD
from workbench.networks.training import Training
from workbench.parameters import changed
from workbench.priors import Tikhonov

# Pictures lie near a surface of fewer dimensions than are kept, where KSG stays right and sums of entropies do not.
LOSSY = Noisy(PCA(KSG(), 4))


def classic(seeds: int = 10) -> Training:
    """The run of "Opening the black box": 12-10-7-5-4-3-2, tanh, Adam of 4e-4, batches of 512 as listed, 8000 epochs.

    As the code of Shwartz-Ziv & Tishby 2017, arXiv:1703.00810, has it; the paper says SGD.
    """
    return Training(optimiser=Adam(4e-4, 512, shuffle=False), seeds=seeds, epochs=8000)


def edge_of_stability(step_size: float = 0.06, degree: int = 4) -> Training:
    """Gradient descent of 1-100-1, tanh, on 20 Chebyshev points: lambda_max grows to 2 / step and stays there.

    After Cohen et al. 2021, arXiv:2103.00065.
    """
    network = MLP((100,), biases=1.0)
    task, optimiser = ChebyshevRegression(degree=degree), SGD(step_size, None)
    return Training(network, task, SquaredLoss(), optimiser=optimiser, epochs=6000, double=True)


def lossy_compression() -> Training:
    """A convolutional network with noise on its units, so that what they keep is finite: to be read by `LOSSY`.

    After Butakov et al. 2024, arXiv:2305.08013, on the digits of scikit-learn.
    """
    network = CNN(disturbance=Disturbance(unit_noise=0.1))
    return Training(network, DigitExamples(), optimiser=Adam(2e-3), epochs=60)


PRESETS = {
    "tishby": classic(),
    "tishby, SGD": changed(classic(), optimiser=SGD(0.1, 512, shuffle=False)),
    "tishby, ReLU": changed(classic(), network=MLP(activation=ReLU())),
    "tishby, L2": changed(classic(), prior=Tikhonov(1e-3)),
    "tishby, quantised": changed(classic(), network=MLP(disturbance=Disturbance(bits=8))),
    "tishby, noisy units": changed(classic(), network=MLP(disturbance=Disturbance(unit_noise=0.05))),
    "edge of stability": edge_of_stability(),
    "digits, perceptron": Training(MLP((32, 16), ReLU(), scale=1.4), DigitExamples(), optimiser=Adam(), epochs=60),
    "digits, convolutional": Training(CNN(), DigitExamples(), optimiser=Adam(2e-3), epochs=30),
    "digits, lossy compression": lossy_compression(),
}

_READERS: dict[str, Estimator] = {
    "tishby, ReLU": FloorBins(),
    "tishby, quantised": Exact(),
    "digits, perceptron": FloorBins(),
    "digits, convolutional": FloorBins(),
    "digits, lossy compression": LOSSY,
}


def reader(preset: str) -> Estimator:
    """The estimator that suits a preset: fixed bins where units are in [-1, 1] and nothing better is known."""
    return _READERS[preset] if preset in _READERS else Bins()
