"""Examples of ADMM's pass for total variation."""

from collections.abc import Callable

from torch import Tensor

from workbench.kernels.admm_tv import PenaltyPace, step
from workbench.kernels.examples import COMPLEX, SINGLE, Answer, Draw, Example


def _passed(isotropic: bool) -> Callable[..., Answer]:
    def move(signals: tuple, penalty: Tensor) -> Answer:
        return step(signals, PenaltyPace(penalty, 1.7), 0.7, isotropic)

    return move


def _arguments(d: Draw) -> tuple:
    return (d.signal(), d.field(), d.field()), d.positive(d.size.batch, "cpu")


def _of_volume(d: Draw) -> tuple:
    return (d.volume(), d.volume_field(), d.volume_field()), d.positive(d.size.batch, "cpu")


EXAMPLES = (
    Example("admm_tv", _arguments, _passed(True), COMPLEX),
    Example("admm_tv anisotropic", _arguments, _passed(False), COMPLEX),
    Example("admm_tv of a volume", _of_volume, _passed(True), SINGLE, law=False),
)
