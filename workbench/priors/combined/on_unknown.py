"""Any prior on the unknown of a parametrisation, or on one block of it, instead of on the picture."""

from collections.abc import Callable
from typing import Annotated

import torch
from torch import Tensor

from workbench.operators import LinearOperator
from workbench.parameters import as_tex
from workbench.priors.base import Place, Prior
from workbench.priors.can import Can
from workbench.priors.gaussian.tikhonov import Tikhonov
from workbench.tensors import Shape

_KEPT = Can.VALUE | Can.GRAD | Can.HVP | Can.PROX | Can.SPLIT | Can.DENOISE | Can.CONVEX | Can.QUADRATIC
_KEPT |= Can.CONJUGATE | Can.PROJECTION

_PICTURE = r"x = \varphi(u)"


class OnUnknown(Prior):
    """g(u) for a picture x = phi(u): the prior on what is looked for, u itself, or on the block of that name.

    All other priors are on the picture. Where the picture is the unknown it is the prior itself.
    """

    formula = rf"g(u) = h(u), \quad {_PICTURE}"

    can = _KEPT

    def __init__(
        self,
        prior: Annotated[Prior, "prior of the unknown"] = Tikhonov(),
        block: Annotated[str, 'block that it is on, such as "left"; empty for all of the unknown'] = "",
    ) -> None:
        super().__init__()
        self.prior, self.block = prior, block
        self.can = prior.can & type(self).can
        self.separable, self.keeps_sign = prior.separable, prior.keeps_sign
        if block:
            name = as_tex(block)
            self.formula = rf"g(u) = h_{{{name}}}(u_{{{name}}}), \quad h_{{{name}}} = \text{{prior}}, \quad {_PICTURE}"

    def placed(self, place: Place) -> Prior:
        return place.on_block(self) if self.block else self

    def forward(self, x: Tensor) -> Tensor:
        return self.prior(x)

    def grad(self, x: Tensor) -> Tensor:
        return self._able(Can.GRAD).grad(x)

    def lipschitz(self) -> float:
        return self._able(Can.GRAD).lipschitz()

    def lipschitz_on(self, shape: Shape) -> float:
        return self._able(Can.GRAD).lipschitz_on(shape)

    def hvp(self, x: Tensor, v: Tensor) -> Tensor:
        return self._able(Can.HVP).hvp(x, v)

    def hessian(self, x: Tensor) -> Callable[[Tensor], Tensor]:
        return self._able(Can.HVP).hessian(x)

    def smoothed(self, width: float) -> Prior:
        return OnUnknown(self.prior.smoothed(width), self.block)

    def prox(self, x: Tensor, step: float) -> Tensor:
        return self._able(Can.PROX).prox(x, step)

    def conjugate_prox(self, z: Tensor, step: float) -> Tensor:
        return self.prior.conjugate_prox(z, step)

    def conjugate(self, z: Tensor) -> Tensor:
        return self._able(Can.CONJUGATE).conjugate(z)

    def strong_convexity(self) -> float:
        return self.prior.strong_convexity()

    def denoise(self, x: Tensor, sigma: float) -> Tensor:
        return self._able(Can.DENOISE).denoise(x, sigma)

    def feasible(self, x: Tensor) -> Tensor:
        return self.prior.feasible(x)

    @property
    def outer(self) -> Prior:
        return self._able(Can.SPLIT).outer

    def linear(self, shape: Shape) -> LinearOperator:
        return self._able(Can.SPLIT).linear(shape)

    def periodic_split(self, shape: Shape) -> tuple[Prior, LinearOperator]:
        return self.prior.periodic_split(shape)

    def dual_split(self, shape: Shape) -> tuple[Prior, LinearOperator]:
        return self.prior.dual_split(shape)

    def multiplier(self, x: Tensor, z: Tensor) -> Tensor | None:
        return self.prior.multiplier(x, z)

    def unfit(self, shape: Shape, dtype: torch.dtype) -> str:
        return self.prior.unfit(shape, dtype)

    def _able(self, ability: Can) -> Prior:
        """The prior itself, for what it can do."""
        if ability not in self.can:
            raise self._lacks(ability)
        return self.prior
