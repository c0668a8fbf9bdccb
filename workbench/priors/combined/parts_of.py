"""Any prior on the real and on the imaginary part of a complex unknown."""

import operator
from collections.abc import Callable
from typing import Annotated

import torch
from torch import Tensor

from workbench.priors.base import Prior
from workbench.priors.can import Can
from workbench.priors.variation.total_variation import TotalVariation
from workbench.tensors import Shape, real_of

_KEPT = Can.VALUE | Can.GRAD | Can.HVP | Can.PROX | Can.DENOISE | Can.SCORE | Can.CONVEX


class PartsOf(Prior):
    """g(x) = prior(Re x) + prior(Im x): what a prior of real signals can do, it does for complex ones.

    So a network for pictures serves parallel imaging: white noise of sigma has sigma in each part.
    """

    formula = r"g(x) = h(\operatorname{Re} x) + h(\operatorname{Im} x)"

    def __init__(self, prior: Annotated[Prior, "prior of either part"] = TotalVariation()) -> None:
        super().__init__()
        self.prior = prior
        self.can = prior.can & _KEPT | (Can.SPLIT if Can.PROX in prior.can else Can(0))

    def forward(self, x: Tensor) -> Tensor:
        return self.prior(x.real.contiguous()) + self.prior(x.imag.contiguous())

    def grad(self, x: Tensor) -> Tensor:
        return self._each(Can.GRAD, self.prior.grad, x)

    def lipschitz(self) -> float:
        if Can.GRAD not in self.can:
            raise self._lacks(Can.GRAD)
        return self.prior.lipschitz()

    def lipschitz_on(self, shape: Shape) -> float:
        if Can.GRAD not in self.can:
            raise self._lacks(Can.GRAD)
        return self.prior.lipschitz_on(shape)

    def hvp(self, x: Tensor, v: Tensor) -> Tensor:
        return self._each(Can.HVP, self.prior.hvp, x, v)

    def prox(self, x: Tensor, step: float) -> Tensor:
        return self._each(Can.PROX, lambda part: self.prior.prox(part, step), x)

    def denoise(self, x: Tensor, sigma: float) -> Tensor:
        return self._each(Can.DENOISE, lambda part: self.prior.denoise(part, sigma), x)

    def feasible(self, x: Tensor) -> Tensor:
        parts = [part.contiguous() for part in (x.real, x.imag)]
        inside = [self.prior.feasible(part) for part in parts]
        return x if all(map(operator.is_, inside, parts)) else torch.complex(*inside)

    def strong_convexity(self) -> float:
        return self.prior.strong_convexity()

    def unfit(self, shape: Shape, dtype: torch.dtype) -> str:
        if not dtype.is_complex:
            return f"the unknown is real: take {type(self.prior).__name__} itself"
        return self.prior.unfit(shape, real_of(dtype))

    def _each(self, ability: Can, apply: Callable[..., Tensor], *signals: Tensor) -> Tensor:
        """apply of the real and of the imaginary parts of signals."""
        if ability not in self.can:
            raise self._lacks(ability)
        real, imaginary = ([part(x).contiguous() for x in signals] for part in (torch.real, torch.imag))
        return torch.complex(apply(*real), apply(*imaginary))
