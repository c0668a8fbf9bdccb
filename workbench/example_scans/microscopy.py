"""Volumes of light microscopes, with the point spread that goes with each."""

from workbench.algorithms import MLEM
from workbench.data import ExampleScan, example_array
from workbench.experiment import Experiment
from workbench.noise import Poisson
from workbench.operators import ConvolutionPSF
from workbench.parameters import called
from workbench.priors import Zero
from workbench.tensors import Tensor

_BARS_OFFSET = 131.0  # grey values where nothing is: least squares of data over truth
_BEAD_OFFSET = 203.0  # grey values of the darkest voxels
_STEPS = 200


def bars() -> Experiment:
    """Hollow bars: Richardson and Lucy's iteration, which goes on to gain for some 200 steps."""
    return _deconvolved("bars", (1, 32, 64, 64), _BARS_OFFSET)


def bead() -> Experiment:
    """A bead, likewise."""
    return _deconvolved("bead", (1, 64, 64, 64), _BEAD_OFFSET)


def _deconvolved(name: str, shape: tuple[int, ...], offset: float) -> Experiment:
    # One count a grey value: the gain of these detectors is not told, and MLEM does not depend on it.
    noise = Poisson(1.0, offset)
    operator = ConvolutionPSF(shape, _unit_sum(name), "zero")
    return Experiment(ExampleScan(name), operator, noise, Zero(), MLEM(), steps=_STEPS)


def _unit_sum(name: str) -> Tensor:
    """The point spread, which keeps the brightness of what it blurs."""
    spread = example_array(name, "psf").double()
    return called(spread / spread.sum(), f"{name}::psf, of sum 1")
