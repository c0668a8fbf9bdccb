"""How a minimum moves with the data, to first order."""

from dataclasses import replace

import torch
from torch import Tensor

from workbench.linalg import cg
from workbench.noise import Likelihood
from workbench.operators import LinearOperator
from workbench.priors import NEEDS_IN_WORDS, Can
from workbench.problem import Problem
from workbench.refusal import Refusal

_ROUND = 0.05  # of the largest value of x: over what kinks are rounded off, unless a width is given
_SOLVED, _MOST = 1e-3, 1000  # of the accuracy asked for: what inner solves leave; their steps


class LinearisedMinimum:
    """dx / dy = H^-1 A'* W at a minimum x, and its adjoint: solves by CG, W = -d^2 nll / d(clean) dy.

    H is the Hessian of the objective, A' the Jacobian: the implicit function theorem. For counts W = peak / u is not
    the curvature peak y / u^2. Kinks of the prior are rounded off over `width`, 0.05 of the largest value unless given.
    Refuses noises without a gradient, and priors without a Hessian, as networks are.
    """

    def __init__(self, problem: Problem, x: Tensor, accuracy: float, width: float | None = None) -> None:
        if Likelihood.GRAD not in problem.noise.can:
            raise Refusal("a noise with a gradient", type(problem.noise).__name__, "take Gaussian noise")
        try:
            self._problem = replace(problem, prior=problem.prior.smoothed(_width(x, width)))
        except Refusal as refusal:
            came = f"{type(problem.prior).__name__}, which lacks {NEEDS_IN_WORDS[Can.HVP]}"
            wanted = "a prior with a Hessian, or kinks that can be rounded off"
            raise Refusal(wanted, came, "take Tikhonov") from refusal
        with torch.no_grad():
            self.jacobian: LinearOperator = problem.operator.at(x)
            self._clean, self._hessian = problem.operator(x), self._problem.hessian(x)
        self._dtype = x.dtype
        self._tolerance = max(_SOLVED * accuracy, 4 * torch.finfo(x.dtype).eps)

    def moved(self, e: Tensor) -> Tensor:
        """Where a change of the data, (B, *out_shape), takes x: (B, *in_shape)."""
        return self._solved(self.jacobian.adjoint(self._pull(e)).to(self._dtype))

    def back(self, u: Tensor) -> Tensor:
        """The adjoint of `moved`."""
        return self._pull(self.jacobian(self._solved(u)))

    def _solved(self, b: Tensor) -> Tensor:
        return cg(self._hessian, b, tolerance=self._tolerance, steps=_MOST)

    def _pull(self, e: Tensor) -> Tensor:
        """What a change of the data does to the gradient of the misfit in A x, taken negative; its own adjoint."""
        noise = self._problem.noise
        return -torch.func.jvp(lambda y: noise.grad(self._clean, y), (self._problem.y,), (e,))[1]


def rounded_over(problem: Problem, x: Tensor, width: float | None = None) -> float | None:
    """Over what the kinks of the prior are rounded off at x; None where it has a Hessian as it is."""
    over = _width(x, width)
    return None if problem.prior.smoothed(over) is problem.prior else over


def _width(x: Tensor, width: float | None) -> float:
    return width or _ROUND * float(x.abs().max()) or 1.0
