"""Half the square of a linear map as a prior: what such priors share."""

from abc import abstractmethod

from torch import Tensor

from workbench.operators import LinearOperator
from workbench.priors.base import Prior
from workbench.priors.can import Can
from workbench.priors.gaussian.tikhonov import Tikhonov
from workbench.tensors import Shape, norm2


class SquaredMap(Prior):
    """g(x) = weight / 2 |K x|^2, K of each subclass; `weight` is one of its arguments."""

    can = Can.VALUE | Can.GRAD | Can.HVP | Can.SPLIT | Can.CONVEX | Can.QUADRATIC
    weight: float

    def forward(self, x: Tensor) -> Tensor:
        return self.weight / 2 * norm2(self._map(x)(x))

    def grad(self, x: Tensor) -> Tensor:
        K = self._map(x)
        return self.weight * K.adjoint(K(x))

    def hvp(self, x: Tensor, v: Tensor) -> Tensor:
        return self.grad(v)

    @property
    def outer(self) -> Prior:
        return Tikhonov(self.weight)

    @abstractmethod
    def linear(self, shape: Shape) -> LinearOperator: ...

    def _map(self, x: Tensor) -> LinearOperator:
        return self.linear(tuple(x.shape[1:]))
