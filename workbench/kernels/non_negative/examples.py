"""Examples of sweeps over a factor."""

from torch import Tensor

from workbench.kernels.examples import Draw, Example
from workbench.kernels.non_negative import swept


def _arguments(d: Draw) -> tuple[Tensor, Tensor, Tensor, int]:
    other = d.signal()
    return d.signal().abs(), other.mT @ other, d.signal(), 2


EXAMPLES = (Example("non_negative.swept", _arguments, swept),)
