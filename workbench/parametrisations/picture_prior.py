"""A prior of the picture as one of the unknown: g(phi(u))."""

from collections.abc import Callable

import torch
from torch import Tensor

from workbench.linalg import operator_norm
from workbench.operators import LinearOperator, Operator
from workbench.operators.derivatives import push
from workbench.priors import Can, Prior
from workbench.priors.base import Place
from workbench.tensors import Each, Shape


class PicturePrior(Prior):
    """u -> g(phi(u)), with J* grad g and the whole Hessian J* H J + the bend of phi along grad g."""

    can = Can.VALUE | Can.GRAD | Can.HVP

    def __init__(self, prior: Prior, parametrisation: Operator) -> None:
        super().__init__()
        self.prior, self.parametrisation = prior, parametrisation
        self.can = prior.can & type(self).can

    @property
    def given(self) -> Prior:
        return self.prior

    def placed(self, place: Place) -> Prior:
        return self.prior.placed(place)

    def forward(self, x: Tensor) -> Tensor:
        return self.prior(self.parametrisation(x))

    def grad(self, x: Tensor) -> Tensor:
        return self.parametrisation.at(x).adjoint(self.prior.grad(self.parametrisation(x)))

    def hvp(self, x: Tensor, v: Tensor) -> Tensor:
        return self.hessian(x)(v)

    def hessian(self, x: Tensor) -> Callable[[Tensor], Tensor]:
        phi, picture = self.parametrisation, self.parametrisation(x)
        jacobian, inner = phi.at(x), self.prior.hessian(picture)
        if phi.linear:
            return lambda v: jacobian.adjoint(inner(jacobian(v)))
        slope = self.prior.grad(picture)
        return lambda v: jacobian.adjoint(inner(jacobian(v))) + push(lambda u: phi.at(u).adjoint(slope), x, v, phi)

    @property
    def sloped(self) -> bool:
        return self.prior.sloped

    def subgradient(self, x: Tensor, fineness: Each) -> Tensor:
        picture = self.parametrisation(x)
        return self.parametrisation.at(x).adjoint(self.prior.subgradient(picture, fineness))

    def smoothed(self, width: float) -> Prior:
        return picture_prior(self.prior.smoothed(width), self.parametrisation)

    def unfit(self, shape: Shape, dtype: torch.dtype) -> str:
        return self.prior.unfit(self.parametrisation.out_shape, dtype)


class LinearPicturePrior(PicturePrior):
    """The same for a linear phi: convex where g is, and split as g = outer(K phi u)."""

    can = PicturePrior.can | Can.CONVEX | Can.QUADRATIC | Can.SPLIT

    def lipschitz(self) -> float:
        like = torch.zeros((), dtype=torch.float64)
        return self.prior.lipschitz_on(self._phi.out_shape) * operator_norm(self._phi, like) ** 2

    @property
    def outer(self) -> Prior:
        return self.prior.outer

    def linear(self, shape: Shape) -> LinearOperator:
        return self.prior.linear(self._phi.out_shape) @ self._phi

    def dual_split(self, shape: Shape) -> tuple[Prior, LinearOperator]:
        outer, linear = self.prior.dual_split(self._phi.out_shape)
        return outer, linear @ self._phi

    def periodic_split(self, shape: Shape) -> tuple[Prior, LinearOperator]:
        outer, linear = self.prior.periodic_split(self._phi.out_shape)
        return outer, linear @ self._phi

    @property
    def _phi(self) -> LinearOperator:
        assert isinstance(self.parametrisation, LinearOperator)
        return self.parametrisation


def picture_prior(prior: Prior, parametrisation: Operator) -> PicturePrior:
    """g(phi(u)) of u."""
    return (LinearPicturePrior if parametrisation.linear else PicturePrior)(prior, parametrisation)
