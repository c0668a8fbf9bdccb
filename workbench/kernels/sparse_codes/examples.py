"""Examples of sweeps over sparse codes."""

from torch import Tensor

from workbench.kernels.examples import Draw, Example
from workbench.kernels.sparse_codes import swept


def _arguments(d: Draw) -> tuple[Tensor, Tensor, Tensor, Tensor, float, int]:
    code, seen, target = d.signal(), d.signal().square(), d.signal()
    atoms = d.normal(d.size.batch, 1, d.size.width, d.size.width)
    return code, atoms, seen, target, 0.3, 2


EXAMPLES = (Example("sparse_codes.swept", _arguments, swept),)
