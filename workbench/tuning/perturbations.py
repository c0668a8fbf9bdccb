"""Which small change of the data moves a reconstruction most."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from workbench.linalg import cg
from workbench.noise import Likelihood
from workbench.priors import NEEDS_IN_WORDS, Can
from workbench.problem import Problem
from workbench.refusal import Refusal
from workbench.tensors import norm, normal_like, spread, stream

_ROUND = 0.05  # of the largest value of x: over what kinks are rounded off, unless a width is given
_SOLVED, _MOST = 1e-3, 1000  # of the accuracy asked for: what inner solves leave; their steps


@dataclass(frozen=True)
class WorstPerturbation:
    """A direction of the data of length 1, (B, *out_shape), where it takes x, (B, *in_shape), and how far, (B,)."""

    direction: Tensor
    image: Tensor
    gain: Tensor

    def measured(self, solve: Callable[[Tensor], Tensor], y: Tensor, size: float) -> Tensor:
        """|x(y + size direction) - x(y)| / size by the method itself, (B,): beside `gain`, which is for small ones."""
        return norm(solve(y + size * self.direction) - solve(y)) / size


def worst_perturbation(
    problem: Problem, x: Tensor, accuracy: float = 1e-6, steps: int = 500, width: float | None = None, seed: int = 0
) -> WorstPerturbation:
    """The top singular vector of dx / dy = H^-1 A'* W at a minimum x, by power iteration with solves by CG.

    H is the Hessian of the objective at x, A' the Jacobian, W = -d^2 nll / d(clean) dy: the derivative of the minimum
    by the implicit function theorem. For counts W = peak / u is not the curvature peak y / u^2. Kinks of the prior are
    rounded off over `width`, 0.05 of the largest value unless given, and what comes out holds for larger changes.
    Methods that minimise nothing, such as networks, have no H. Antun et al. 2020, doi 10.1073/pnas.1907377117.
    """
    if Likelihood.GRAD not in problem.noise.can:
        raise Refusal("a noise with a gradient", type(problem.noise).__name__, "take Gaussian noise")
    width = width or _ROUND * float(x.abs().max()) or 1.0
    try:
        smooth = replace(problem, prior=problem.prior.smoothed(width))
    except Refusal as refusal:
        came = f"{type(problem.prior).__name__}, which lacks {NEEDS_IN_WORDS[Can.HVP]}"
        raise Refusal("a prior with a Hessian, or kinks that can be rounded off", came, "take Tikhonov") from refusal
    with torch.no_grad():
        return _iterated(smooth, x, accuracy, steps, seed)


def _iterated(problem: Problem, x: Tensor, accuracy: float, steps: int, seed: int) -> WorstPerturbation:
    A, hessian, clean = problem.operator.at(x), problem.hessian(x), problem.operator(x)
    inner = max(_SOLVED * accuracy, 4 * torch.finfo(x.dtype).eps)

    def solved(b: Tensor) -> Tensor:
        return cg(hessian, b, tolerance=inner, steps=_MOST)

    def pull(e: Tensor) -> Tensor:
        """What a change of the data does to the gradient of the misfit in A x, taken negative; its own adjoint."""
        return -torch.func.jvp(lambda y: problem.noise.grad(clean, y), (problem.y,), (e,))[1]

    def moved(e: Tensor) -> Tensor:
        return solved(A.adjoint(pull(e)).to(x.dtype))

    def back(u: Tensor) -> Tensor:
        return pull(A(solved(u)))

    e = _unit(normal_like(problem.y, stream(seed, "first perturbation", device=x.device)))
    for _ in range(steps):
        after = _unit(back(moved(e)))
        if bool((norm(after - e) <= accuracy).all()):
            e = after
            break
        e = after
    image = moved(e)
    return WorstPerturbation(e, image, norm(image))


def _unit(e: Tensor) -> Tensor:
    size = norm(e)
    return e / spread(torch.where(size > 0, size, 1), e)
