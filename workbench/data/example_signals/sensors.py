"""Signals that sensors made: what they saw, and what they added of their own."""

import torch
from torch import Tensor

from workbench.data.example_signals.made import Made, made_by
from workbench.data.shipped import truth
from workbench.operators import GaussianBlur, MultiCoilFourier, Radon
from workbench.parametrisations import CoilsAndImage, KernelAndImage, RelaxationMaps, SensorGains
from workbench.tensors import stream

SIDE, KERNEL = 64, 9
RAYS = Radon((1, 32, 32), 48)
COILS, SPREAD = 4, 16.0  # px between control points of the maps
ECHOES, SPACING = 8, 12.0  # ms
TIMES = (45.0, 70.0, 95.0, 140.0)  # ms, from the darkest tissue to the brightest
_GAINS, _REGION = 0.3, 0.8  # deviation of gains; px, how smooth a border of tissues is


def blurred() -> Made:
    """The photographer, blurred by a bent stroke of 9 px that nobody knows; periodic."""
    return blurred_picture("camera")


def blurred_picture(name: str) -> Made:
    """A shipped picture under the same stroke."""
    phi = KernelAndImage((1, SIDE, SIDE), KERNEL)
    return made_by(phi, {"kernel": stroke(KERNEL), "image": truth(name, SIDE)})


def stroke(size: int) -> Tensor:
    """A kernel of sum 1 along an arc, as a hand that shakes leaves it: (1, 1, size, size)."""
    at = torch.linspace(0, 1, 60)
    rows, columns = (0.2 + 0.6 * at) * (size - 1), (0.25 + 0.5 * at + 0.3 * (at * (1 - at)) * 4) * (size - 1)
    grid = torch.arange(size, dtype=torch.float32)
    spots = torch.exp(-((grid[:, None, None] - rows) ** 2 + (grid[None, :, None] - columns) ** 2) / (2 * 0.6**2))
    kernel = spots.sum(-1)
    return (kernel / kernel.sum())[None, None]


def gained() -> Made:
    """The phantom seen from 48 angles by sensors with a gain each that nobody measured."""
    phi = SensorGains(RAYS.out_shape, RAYS)
    shape = (1, *phi.layout.shapes["gains"])
    gains = 1 + _GAINS * torch.randn(shape, generator=stream(0, "gains"), dtype=torch.float64)
    return made_by(phi, {"gains": gains, "image": truth("shepp_logan", 32).double()})


def coils() -> Made:
    """A head as four coils see it, each through a sensitivity of its own."""
    image = truth("mr_brain", SIDE)
    maps = MultiCoilFourier((1, SIDE, SIDE), COILS).maps()
    phi = CoilsAndImage((COILS, SIDE, SIDE), SPREAD)
    pictures = (maps[None] * image).to(torch.complex64)
    return Made(pictures, phi.views(phi.balanced(phi.starts(pictures))))


def echoes() -> Made:
    """A head in eight echoes: regions that are brighter decay later, in four steps."""
    brain = truth("mr_brain", SIDE)
    regions = GaussianBlur((1, SIDE, SIDE), _REGION)(brain)
    levels = torch.quantile(regions[brain > 0.05], torch.tensor([0.25, 0.5, 0.75]))
    tissue = torch.bucketize(regions, levels)
    rate = SPACING / torch.tensor(TIMES)[tissue]
    amplitude = torch.where(brain > 0.05, 0.3 + 0.7 * brain, 0.0)
    phi = RelaxationMaps((ECHOES, SIDE, SIDE), SPACING)
    return made_by(phi, {"amplitude": amplitude, "rate": rate})
