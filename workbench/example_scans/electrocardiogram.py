"""An electrocardiogram."""

from workbench.data import ExampleScan
from workbench.experiment import Experiment
from workbench.noise import Gaussian
from workbench.operators import Identity
from workbench.priors import WaveletL1

_SAMPLES = 1024
_SIGMA = 1.74  # steps of the converter, of its finest wavelet details
_WEIGHT = 1.0  # half of sqrt(2 log n) / sigma: the small waves stay


def electrocardiogram() -> Experiment:
    """Denoised in wavelets, in the steps of the converter."""
    return Experiment(
        ExampleScan("ecg", "data"), Identity((1, _SAMPLES)), Gaussian(_SIGMA), WaveletL1(_WEIGHT), steps=100
    )
