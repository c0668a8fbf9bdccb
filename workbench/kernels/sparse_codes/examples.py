"""Examples of sweeps over sparse codes."""

from torch import Tensor

from workbench.kernels.examples import Draw, Example
from workbench.kernels.sparse_codes import stepped, swept


def _arguments(d: Draw) -> tuple[Tensor, Tensor, Tensor, Tensor, float, int]:
    code, seen, target = d.signal(), d.signal().square(), d.signal()
    atoms = d.normal(d.size.batch, 1, d.size.width, d.size.width)
    return code, atoms, seen, target, 0.3, 2


def _of_atoms(d: Draw) -> tuple[Tensor, Tensor, Tensor, Tensor, float]:
    code, atoms, seen, target, *_ = _arguments(d)
    return code * (code > 0), atoms, seen, target, 0.8


EXAMPLES = (
    Example("sparse_codes.swept", _arguments, swept),
    Example("sparse_codes.stepped", _of_atoms, stepped),
)
