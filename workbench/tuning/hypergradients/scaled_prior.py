"""A prior times a number that may ask for gradients."""

from collections.abc import Callable

from torch import Tensor

from workbench.priors import Can, Prior
from workbench.tensors import Shape


class ScaledPrior(Prior):
    """g(x) = factor prior(x), factor a tensor of one number: what makes a weight a thing to differentiate in."""

    def __init__(self, prior: Prior, factor: Tensor) -> None:
        super().__init__()
        self.prior, self.factor = prior, factor
        self.can = prior.can & (Can.VALUE | Can.GRAD | Can.HVP | Can.CONVEX | Can.QUADRATIC)

    def forward(self, x: Tensor) -> Tensor:
        value = self.prior(x)
        return self.factor.to(value) * value

    def grad(self, x: Tensor) -> Tensor:
        return self.factor.to(x) * self.prior.grad(x)

    def lipschitz(self) -> float:
        return float(self.factor.detach()) * self.prior.lipschitz()

    def lipschitz_on(self, shape: Shape) -> float:
        return float(self.factor.detach()) * self.prior.lipschitz_on(shape)

    def hvp(self, x: Tensor, v: Tensor) -> Tensor:
        return self.hessian(x)(v)

    def hessian(self, x: Tensor) -> Callable[[Tensor], Tensor]:
        apply = self.prior.hessian(x)
        return lambda v: self.factor.to(v) * apply(v)

    def strong_convexity(self) -> float:
        return float(self.factor.detach()) * self.prior.strong_convexity()

    def smoothed(self, width: float) -> Prior:
        return ScaledPrior(self.prior.smoothed(width), self.factor)
