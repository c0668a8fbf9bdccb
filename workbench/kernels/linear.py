"""Linear kernels in torch's derivatives: whatever serves them, their derivative is themselves and their adjoint."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from workbench.kernels.dispatch import by_adjoint

Map = Callable[[Tensor], Tensor]


def linear(x: Tensor, there: Map, back: Map) -> Tensor:
    """there(x), a linear map of each item of (B, ...) whose adjoint is `back`.

    Backward and forward mode, every order of derivative, and torch.func.vmap go through the two maps.
    """
    return _Linear.apply(x, there, back) if by_adjoint(x) else there(x)


class _Linear(torch.autograd.Function):
    @staticmethod
    def forward(x: Tensor, there: Map, back: Map) -> Tensor:
        return there(x)

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple, output: Tensor) -> None:
        ctx.maps = inputs[1:]

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple:
        there, back = ctx.maps
        return _Linear.apply(grads[0], back, there), None, None

    @staticmethod
    def jvp(ctx: Any, *tangents: Tensor) -> Tensor:
        there, back = ctx.maps
        return _Linear.apply(tangents[0], there, back)

    @staticmethod
    def vmap(info: Any, in_dims: tuple, *args: Any) -> tuple[Tensor, int]:
        x, there, back = args
        together = x.movedim(in_dims[0], 0)
        mapped = _Linear.apply(together.flatten(0, 1), there, back)
        return mapped.unflatten(0, together.shape[:2]), 0
