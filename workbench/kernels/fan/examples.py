"""Examples of fan-beam projection."""

from workbench.kernels.examples import Draw, Example, Size
from workbench.kernels.fan import backproject, project


def _away(size: Size) -> float:
    return (size.height**2 + size.width**2) ** 0.5  # twice as far as the corners


def _image(d: Draw) -> tuple:
    return d.image(), d.angles(), _away(d.size), d.size.width + 2, 1.3


def _sinogram(d: Draw) -> tuple:
    return d.sinogram(), d.angles(), _away(d.size), (d.size.height, d.size.width), -0.7


EXAMPLES = (
    Example("fan.project", _image, project),
    Example("fan.backproject", _sinogram, backproject),
)
