"""A problem seen through a counter of what costs."""

from collections.abc import Callable

import torch
from torch import Tensor

from workbench.linalg import cg, conjugate_step
from workbench.operators import LinearOperator
from workbench.problem import Problem
from workbench.refusal import Refusal


class Counter:
    """Counts denoisers (their derivatives, too), `nfe`, and products with A or A*, `products`; closed inverses none."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.nfe = self.products = 0

    @property
    def operator(self) -> LinearOperator:
        """The operator of a linear problem."""
        operator = self.problem.operator
        if not isinstance(operator, LinearOperator):
            raise Refusal("a linear operator", type(operator).__name__, "take a method for nonlinear ones, such as DPS")
        return operator

    def denoise(self, z: Tensor, ratio: float) -> Tensor:
        """E[x | z], z = x + ratio n."""
        self.nfe += 1
        return self.problem.prior.denoise(z, ratio)

    def denoise_and_pull(self, z: Tensor, ratio: float) -> tuple[Tensor, Callable[[Tensor], Tensor]]:
        """E[x | z], and v -> J* v with its Jacobian J."""
        self.nfe += 1
        x, back = torch.func.vjp(lambda u: self.problem.prior.denoise(u, ratio), z)[:2]

        def pull(v: Tensor) -> Tensor:
            self.nfe += 1
            return back(v)[0]

        return x, pull

    def misfit_grad(self, x: Tensor) -> Tensor:
        """The gradient of the misfit."""
        self.products += 2
        return self.problem.misfit_grad(x)

    def residual(self, x: Tensor) -> Tensor:
        """y - A x."""
        self.products += 1
        return self.problem.y - self.operator(x)

    def back(self, v: Tensor) -> Tensor:
        """A* v."""
        self.products += 1
        return self.operator.adjoint(v)

    def gram(self, v: Tensor) -> Tensor:
        """A*A v."""
        self.products += 2
        return self.operator.adjoint(self.operator(v))

    def nearer(self, x: Tensor, c: float) -> Tensor:
        """x + (A*A + c)^-1 A*(y - A x), the least of |A u - y|^2 + c |u - x|^2: closed or by conjugate gradients."""
        b = self.back(self.residual(x))
        found = self.operator.gram_inverse(b, c)
        return x + (cg(lambda v: self.gram(v) + c * v, b) if found is None else found)

    def krylov(self, x: Tensor, c: float, steps: int) -> Tensor:
        """The same by so many conjugate gradients from x, which ask nothing of the device."""
        found, r = torch.zeros_like(x), self.back(self.residual(x))
        p = r
        for _ in range(steps):
            found, r, p = conjugate_step(lambda v: self.gram(v) + c * v, found, r, p)
        return x + found
