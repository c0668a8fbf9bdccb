"""Examples of total variation."""

from collections.abc import Callable

from torch import Tensor

from workbench.kernels.examples import COMPLEX, SINGLE, Answer, Draw, Example
from workbench.kernels.tv import divergence, gradient, tv, tv_solve

STEPS = 11  # dual steps: more than a block of them


def _solved(isotropic: bool) -> Callable[..., Answer]:
    def solve(x: Tensor, t: Tensor, dual: Tensor) -> Answer:
        found = tv_solve(x, t, isotropic, 0.0, STEPS, dual)
        return found.x, found.dual, found.value + found.gap, found.iterations  # the gap is small beside the value

    return solve


def _arguments(d: Draw) -> tuple:
    return d.signal(), d.positive(d.size.batch), d.field()


def _of_volume(d: Draw) -> tuple:
    return d.volume(), d.positive(d.size.batch), d.volume_field()


EXAMPLES = (
    Example("differences", lambda d: (d.signal(),), gradient, COMPLEX),
    Example("divergence", lambda d: (d.field(),), divergence, COMPLEX),
    Example("tv", lambda d: (d.signal(), True), tv, COMPLEX),
    Example("tv anisotropic", lambda d: (d.signal(), False), tv, COMPLEX),
    Example("tv_solve", _arguments, _solved(True), COMPLEX),
    Example("tv_solve anisotropic", _arguments, _solved(False), COMPLEX),
    Example("differences of a volume", lambda d: (d.volume(),), gradient, SINGLE, law=False),
    Example("divergence in a volume", lambda d: (d.volume_field(),), divergence, SINGLE, law=False),
    Example("tv of a volume", lambda d: (d.volume(), True), tv, SINGLE, law=False),
    Example("tv_solve of a volume", _of_volume, _solved(True), SINGLE, law=False),
)
