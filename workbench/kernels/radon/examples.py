"""Examples of parallel-beam projection."""

from workbench.kernels.examples import Draw, Example
from workbench.kernels.radon import backproject, interpolate, project


def _sinogram(d: Draw) -> tuple:
    return d.sinogram(), d.angles(), (d.size.height, d.size.width), -0.7


EXAMPLES = (
    Example("radon.project", lambda d: (d.image(), d.angles(), d.size.width + 2, 1.3), project),
    Example("radon.backproject", _sinogram, backproject),
    Example("radon.interpolate", _sinogram, interpolate),
)
