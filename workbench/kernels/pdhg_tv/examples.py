"""Examples of the primal-dual step for total variation."""

from collections.abc import Callable

from torch import Tensor

from workbench.kernels.examples import COMPLEX, SINGLE, Answer, Draw, Example
from workbench.kernels.pdhg_tv import Moves, step


def _moved(isotropic: bool) -> Callable[..., Answer]:
    def move(signals: tuple, dual: Tensor, primal: Tensor, ascent: Tensor) -> Answer:
        return step(signals, dual, Moves(primal, ascent, 0.9), 0.7, isotropic)

    return move


def _arguments(d: Draw) -> tuple:
    steps = d.positive(d.size.batch, "cpu"), d.positive(d.size.batch, "cpu")
    return (d.signal(), d.signal(), d.signal()), d.field(), *steps


def _of_volume(d: Draw) -> tuple:
    steps = d.positive(d.size.batch, "cpu"), d.positive(d.size.batch, "cpu")
    return (d.volume(), d.volume(), d.volume()), d.volume_field(), *steps


EXAMPLES = (
    Example("pdhg_tv", _arguments, _moved(True), COMPLEX),
    Example("pdhg_tv anisotropic", _arguments, _moved(False), COMPLEX),
    Example("pdhg_tv of a volume", _of_volume, _moved(True), SINGLE, law=False),
)
