"""Examples of total generalised variation, which is compared with its reference step by step in tests of the prior."""

from torch import Tensor

from workbench.kernels.examples import COMPLEX, Answer, Draw, Example
from workbench.kernels.tgv import second, tgv_advance, tgv_solve, tgv_support


def _solved(x: Tensor, t: Tensor) -> Answer:
    return tgv_solve(x, t, iterations=1)


def _advanced(x: Tensor, t: Tensor) -> Answer:
    return tuple(tgv_advance(x, t, 2.0, 1))


def _supported(x: Tensor, t: Tensor) -> Answer:
    return tgv_support(second(x), t, 2.0, 1e-3, 1)


def _arguments(d: Draw) -> tuple:
    return d.signal(), d.positive(d.size.batch)


EXAMPLES = (
    Example("tgv_solve", _arguments, _solved, COMPLEX, law=False),
    Example("tgv_advance", _arguments, _advanced, COMPLEX, law=False),
    Example("tgv_support", _arguments, _supported, COMPLEX, law=False),
)
