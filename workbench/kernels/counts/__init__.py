"""The prox of the negative log-likelihood of counts, entry by entry."""

from typing import TYPE_CHECKING, NamedTuple, Protocol

import torch
from torch import Tensor

from workbench.kernels.dispatch import implementation
from workbench.refusal import Refusal
from workbench.tensors import shown


class CountStep(NamedTuple):
    """Step times peak, and the known background, above 0: a number, or one for each entry."""

    length: float
    background: float | Tensor


class CountsBackEnd(Protocol):
    """What every back end has: pyright holds them to it."""

    def prox(self, v: Tensor, y: Tensor, step: CountStep, /) -> Tensor: ...


def prox(v: Tensor, y: Tensor, step: CountStep) -> Tensor:
    """argmin_x |x - v|^2 / 2 + t (u - y log u), u = x + b, where x >= 0; v, y (B, ...) real, y >= 0.

    The positive root of u^2 - (v + b - t) u - t y. Where it lies below b, the likelihood goes on below x = 0 with its
    slope there and the curvature max(y, b) / b^2, as `noise.Poisson` says.
    """
    if v.numel() == 0 or not v.is_floating_point():
        came = f"{shown(tuple(v.shape))} of {v.dtype}"
        raise Refusal("a batch of real data", came, "pass (B, ...), none of them 0")
    kind = torch.promote_types(v.dtype, y.dtype)
    v, y = torch.broadcast_tensors(v.to(kind), y.to(kind))
    _, background = step
    if isinstance(background, Tensor):
        from workbench.kernels.counts import reference  # the others have no place for a map, and it imports this module

        return reference.prox(v, y, step)
    server: CountsBackEnd = implementation(__name__, v, y)
    return server.prox(v, y, step)


if TYPE_CHECKING:
    from workbench.kernels.counts import numba, reference, triton

    _backends: tuple[CountsBackEnd, ...] = (reference, numba, triton)
