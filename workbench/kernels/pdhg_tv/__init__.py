"""The prior's half of a primal-dual step for total variation, with any data term: dual ascent, projection, descent."""

from typing import TYPE_CHECKING, NamedTuple, Protocol

from torch import Tensor

from workbench.kernels.dispatch import implementation
from workbench.kernels.tv import beyond_planes, full
from workbench.kernels.tv.reference import Scale
from workbench.refusal import Refusal
from workbench.tensors import shown

Signals = tuple[Tensor, Tensor, Tensor]


class Moves(NamedTuple):
    """The steps of x and of the dual, (B,) float64 on the CPU, and the extrapolation of x."""

    primal: Tensor
    dual: Tensor
    theta: float


class PDHGTVBackEnd(Protocol):
    """What every back end has: pyright holds them to it."""

    def step(self, signals: Signals, dual: Tensor, moves: Moves, weight: float, isotropic: bool, /) -> Signals: ...


class VolumePDHGTVBackEnd(Protocol):
    """What every back end for volumes, and for pixels of other sides than 1, has."""

    def step(
        self, signals: Signals, dual: Tensor, moves: Moves, weight: float, isotropic: bool, scale: Scale, /
    ) -> Signals: ...


def step(
    signals: Signals, dual: Tensor, moves: Moves, weight: float, isotropic: bool = True, scale: Scale = ()
) -> Signals:
    """q' = P(q + s D z), x' = x - t (slope - div q'), z' = x' + theta (x' - x), of (x, z, slope) and q.

    P projects onto |q| <= weight; slope is A* p of any data term. Signals (B, C, *space) with one to three space
    axes, q (B, C, d, *space) -> (x', z', q'). D along axis a is multiplied by scale[a], if it is given.
    Chambolle, Pock 2011, 10.1007/s10851-010-0251-1.
    """
    x = signals[0]
    if x.ndim not in (3, 4, 5) or x.numel() == 0 or not (x.is_floating_point() or x.is_complex()):
        came = f"{shown(tuple(x.shape))} of {x.dtype}"
        raise Refusal(
            "a batch of signals with one, two or three space axes", came, "pass (B, C, *space), none of them 0"
        )
    for name, part, shape in (
        *(("signals", part, x.shape) for part in signals[1:]),
        ("a dual", dual, (*x.shape[:2], x.ndim - 2, *x.shape[2:])),
        ("steps of x", moves.primal, x.shape[:1]),
        ("steps of the dual", moves.dual, x.shape[:1]),
    ):
        if tuple(part.shape) != tuple(shape):
            raise Refusal(f"{name} of {shown(tuple(shape))}", shown(tuple(part.shape)), "pass what init made")
    if beyond_planes(x.ndim - 2, scale):
        volumes: VolumePDHGTVBackEnd = implementation(f"{__name__}.volume", x, *signals[1:], dual, reference=__name__)
        return volumes.step(signals, dual, moves, weight, isotropic, full(scale, x.ndim - 2))
    server: PDHGTVBackEnd = implementation(__name__, x, *signals[1:], dual)
    return server.step(signals, dual, moves, weight, isotropic)


if TYPE_CHECKING:
    from workbench.kernels.pdhg_tv import numba, reference, triton

    _backends: tuple[PDHGTVBackEnd, ...] = (reference, numba, triton)
