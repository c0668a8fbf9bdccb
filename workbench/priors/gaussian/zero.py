"""No prior."""

import torch
from torch import Tensor

from workbench.operators import Basis, Identity, LinearOperator, Scaled
from workbench.priors.base import Place, Prior
from workbench.priors.can import CLOSED_QUADRATIC, Can
from workbench.priors.norm_balls import zero_inside
from workbench.tensors import Shape, norm2


class Zero(Prior):
    """g(x) = 0: least squares, or maximum likelihood, alone."""

    formula = r"g(x) = 0"

    can = CLOSED_QUADRATIC | Can.PROJECTION
    separable = keeps_sign = True

    def forward(self, x: Tensor) -> Tensor:
        return 0 * norm2(x)

    def grad(self, x: Tensor) -> Tensor:
        return torch.zeros_like(x)

    def lipschitz(self) -> float:
        return 0.0

    def hvp(self, x: Tensor, v: Tensor) -> Tensor:
        return torch.zeros_like(v)

    def spectrum(self, x: Tensor, basis: Basis) -> Tensor:
        return torch.zeros_like(x.real)

    def prox(self, x: Tensor, step: float) -> Tensor:
        return x

    def conjugate_prox(self, z: Tensor, step: float) -> Tensor:
        return torch.zeros_like(z)

    def conjugate(self, z: Tensor) -> Tensor:
        return zero_inside(z.abs(), 0.0)

    def placed(self, place: Place) -> Prior:
        return self

    def dual_split(self, shape: Shape) -> tuple[Prior, LinearOperator]:
        # K = 0 says it too, and says besides that no A*p but 0 will do.
        return self, Scaled(Identity(shape), 0.0)
