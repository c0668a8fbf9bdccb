"""The prior's half of an ADMM step for total variation: shrinkage, multiplier and divergence in one pass."""

from typing import TYPE_CHECKING, NamedTuple, Protocol

from torch import Tensor

from workbench.kernels.dispatch import implementation
from workbench.kernels.tv import beyond_planes, full
from workbench.kernels.tv.reference import Scale
from workbench.refusal import Refusal
from workbench.tensors import shown

Split = tuple[Tensor, Tensor, Tensor]


class PenaltyPace(NamedTuple):
    """The penalty, (B,) float64 on the CPU and above 0, and the over-relaxation."""

    penalty: Tensor
    relax: float


class ADMMTVBackEnd(Protocol):
    """What every back end has: pyright holds them to it."""

    def step(self, signals: Split, pace: PenaltyPace, weight: float, isotropic: bool, /) -> Split: ...


class VolumeADMMTVBackEnd(Protocol):
    """What every back end for volumes, and for pixels of other sides than 1, has."""

    def step(self, signals: Split, pace: PenaltyPace, weight: float, isotropic: bool, scale: Scale, /) -> Split: ...


def step(signals: Split, pace: PenaltyPace, weight: float, isotropic: bool = True, scale: Scale = ()) -> Split:
    """q' = P(v), z' = (v - q') / rho, v = rho (relax D x + (1 - relax) z) + q: (x, z, q) -> (z', q', D*(rho z' - q')).

    D are forward differences that go round, times scale[a] along axis a, if it is given. P projects onto |q| <= weight
    and makes 0 what goes round, which has no weight: so the ends reflect. Signals (B, C, *space), one to three space
    axes; z, q (B, C, d, *space).
    Goldstein & Osher 2009, 10.1137/080725891; Eckstein & Bertsekas 1992, 10.1007/BF01581204.
    """
    x, z, dual = signals
    if x.ndim not in (3, 4, 5) or x.numel() == 0 or not (x.is_floating_point() or x.is_complex()):
        came = f"{shown(tuple(x.shape))} of {x.dtype}"
        raise Refusal(
            "a batch of signals with one, two or three space axes", came, "pass (B, C, *space), none of them 0"
        )
    field = (*x.shape[:2], x.ndim - 2, *x.shape[2:])
    for name, part, shape in (("z", z, field), ("a dual", dual, field), ("penalties", pace.penalty, x.shape[:1])):
        if tuple(part.shape) != tuple(shape):
            raise Refusal(f"{name} of {shown(tuple(shape))}", shown(tuple(part.shape)), "pass what init made")
    if beyond_planes(x.ndim - 2, scale):
        volumes: VolumeADMMTVBackEnd = implementation(f"{__name__}.volume", x, z, dual, reference=__name__)
        return volumes.step(signals, pace, weight, isotropic, full(scale, x.ndim - 2))
    server: ADMMTVBackEnd = implementation(__name__, x, z, dual)
    return server.step(signals, pace, weight, isotropic)


if TYPE_CHECKING:
    from workbench.kernels.admm_tv import numba, reference, triton

    _backends: tuple[ADMMTVBackEnd, ...] = (reference, numba, triton)
