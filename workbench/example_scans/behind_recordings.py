"""Problems of one axis, and of matrices that few numbers tell of: clipped sounds, intensities, sensed matrices."""

from workbench.algorithms import LBFGS, FactoredGradientDescent, GradientDescent
from workbench.data.example_signals import matrices, sounds
from workbench.data.example_signals.example_signal import ExampleSignal
from workbench.experiment import Experiment
from workbench.noise import CensoredGaussian, Gaussian
from workbench.operators import GaussianSensing, Identity, WindowedFourier
from workbench.parametrisations import Gram, LowRank, Synthesis
from workbench.priors import Analysis, Cauchy, OnUnknown, Zero

_HISS = 0.003  # of the loudest sample
_PARTS = 2  # the axis of cosine and sine
_STRING = (sounds.SAMPLES, CensoredGaussian(_HISS, 0.4), Cauchy(10.0, 0.01, _PARTS), 128)
_HEART = (sounds.HEART, CensoredGaussian(_HISS, 0.5), Cauchy(3.0, 0.0075, _PARTS), 128)
_STEPS = 400

_Clipped = tuple[int, CensoredGaussian, Cauchy, int]


def string_analysis() -> Experiment:
    """Two samples of five were clipped: few frequencies sound under each window."""
    return _analysed("string_analysis", _STRING)


def string_synthesis() -> Experiment:
    """The same from a code: few windowed waves add up to the sound."""
    return _synthesised("string_synthesis", _STRING)


def heart_analysis() -> Experiment:
    """The high waves of an electrocardiogram were clipped."""
    return _analysed("heart_analysis", _HEART)


def heart_synthesis() -> Experiment:
    """The same from a code."""
    return _synthesised("heart_synthesis", _HEART)


def matrix_sensing() -> Experiment:
    """Half as many random sums as a matrix of rank 2 has entries."""
    shape = matrices.SENSED
    return Experiment(
        ExampleSignal("matrix_sensing"), GaussianSensing(shape, 0.5), Gaussian(1e-3), Zero(), FactoredGradientDescent(),
        steps=100, parametrisation=LowRank(shape, matrices.SENSED_RANK),
    )  # fmt: skip


def phase_lifting() -> Experiment:
    """Intensities are linear in x x^T, and the factor x is found by descent from the leading eigenvector."""
    lifted = sounds.LIFTED
    return Experiment(
        ExampleSignal("phase_lifting"), lifted, Gaussian(1e-3), Zero(), GradientDescent(),
        steps=300, parametrisation=Gram(lifted.shape),
    )  # fmt: skip


def _analysed(name: str, clipped: _Clipped) -> Experiment:
    samples, noise, sparse, length = clipped
    frame = WindowedFourier((1, samples), length)
    prior = Analysis(sparse, frame)
    return Experiment(ExampleSignal(name), Identity((1, samples)), noise, prior, LBFGS(), steps=_STEPS)


def _synthesised(name: str, clipped: _Clipped) -> Experiment:
    samples, noise, sparse, length = clipped
    return Experiment(
        ExampleSignal(name), Identity((1, samples)), noise, OnUnknown(sparse, "code"), LBFGS(),
        steps=_STEPS, parametrisation=Synthesis((1, samples), WindowedFourier((1, samples), length)),
    )  # fmt: skip
