"""The curvature that a network trains on: Hessian, Gauss-Newton matrix and Fisher matrix, for many seeds at once."""

from collections.abc import Callable
from dataclasses import replace
from itertools import islice
from typing import NamedTuple

import torch
from torch import Tensor

from workbench.analysis.spectrum import rademacher, rates
from workbench.analysis.spectrum.hessians import blocks, repeated
from workbench.analysis.spectrum.lanczos import iterate
from workbench.operators import LinearOperator, Map
from workbench.problem import Problem
from workbench.tensors import dot, norm, normal_like, spread, stream

_FASTEST = 10.0  # a rate for weights around which nothing bends, so that none would be too large
_LOOK = 10  # steps of Lanczos from which a rate is suggested,
_SIGNS = 10  # and probes of the trace


def hessian(problem: Problem, x: Tensor) -> LinearOperator:
    """The Hessian of `problem.hessian(x)`: for a vector of every item of x, or for any number of them where x is one.

    The gradient is taken once, with its graph, and each product is one pass backwards through it: 3 to 9 times faster
    than a derivative of the gradient from the start. It keeps what that graph holds, all activations among it.
    """
    return _any_count(problem, x, _hessian)


def fisher(problem: Problem, x: Tensor) -> LinearOperator:
    """The empirical Fisher matrix F = sum_i g_i g_i' / N, g_i the gradient of the loss of one example.

    Exact without a gradient of any one example: F v = J*(N r <r, J v>), r the slopes of the loss in the outputs. It
    takes vectors as `hessian` does.
    """
    return _any_count(problem, x, _fisher)


def _any_count(problem: Problem, x: Tensor, make: Callable[[Problem, Tensor], LinearOperator]) -> LinearOperator:
    return make(problem, x) if len(x) > 1 else blocks(problem, lambda count: make(*repeated(problem, x, count)))


def _hessian(problem: Problem, x: Tensor) -> LinearOperator:
    with torch.enable_grad():
        w = x.detach().requires_grad_()
        (slope,) = torch.autograd.grad(problem.misfit(w).sum(), w, create_graph=True)

    def apply(v: Tensor) -> Tensor:
        return torch.autograd.grad(slope, w, v, retain_graph=True)[0] + problem.prior.hvp(x, v)

    return _symmetric(problem, apply)


def _fisher(problem: Problem, x: Tensor) -> LinearOperator:
    jacobian, clean = problem.operator.at(x), problem.operator(x)
    slopes, count = problem.noise.grad(clean, problem.y), problem.y.shape[1]

    def apply(v: Tensor) -> Tensor:
        return jacobian.adjoint(count * slopes * (slopes * jacobian(v)).sum(-1, keepdim=True))

    return _symmetric(problem, apply)


def _symmetric(problem: Problem, apply: Callable[[Tensor], Tensor]) -> LinearOperator:
    return Map((problem.operator.in_shape, problem.operator.in_shape), apply, apply, problem.operator.field)


def one_of(problem: Problem, x: Tensor, item: int = 0) -> tuple[Problem, Tensor]:
    """The problem and the weights of one seed of the batch."""
    return replace(problem, y=problem.y[item : item + 1]), x[item : item + 1]


class Leading(NamedTuple):
    """The largest eigenvalue of each item, its residual, (S,) float64 each, and its vector, (S, 1, P)."""

    values: Tensor
    residuals: Tensor
    vectors: Tensor


def leading(operator: LinearOperator, starts: Tensor, tolerance: float = 1e-3, steps: int = 60) -> Leading:
    """The top of a spectrum for every item of a batch, each with an H of its own, from starts (S, 1, P).

    Lanczos goes on until every residual is below tolerance |value|, for at most so many steps: a product each. NaN
    for an item whose H is not finite.
    """
    for krylov in islice(iterate(operator, starts), steps):
        matrix = krylov.matrix()
        lost = ~matrix.isfinite().all(-1).all(-1)
        values, mix = torch.linalg.eigh(torch.where(lost[:, None, None], 0.0, matrix))
        found = torch.where(lost, torch.nan, values[:, -1])
        residuals = torch.where(lost, torch.nan, (krylov.beta[:, -1] * mix[:, -1, -1]).abs())
        if bool((lost | (residuals <= tolerance * found.abs())).all()):
            break
    # Bound, since Lanczos makes one step at least.
    top, basis = mix[:, None, :, -1], krylov.basis  # pyright: ignore[reportPossiblyUnboundVariable]
    vectors = torch.bmm(top.to(basis), basis).reshape(starts.shape)
    return Leading(found, residuals, vectors)  # pyright: ignore[reportPossiblyUnboundVariable]


def random_starts(x: Tensor, seed: int = 0, purpose: str = "start in weights") -> Tensor:
    """Unit vectors in the shape of x, the same for every item."""
    v = normal_like(x[:1], stream(seed, purpose, device=x.device)).expand_as(x)
    return v / spread(norm(v), v)


def traces(
    operator: LinearOperator, x: Tensor, probes: int = 10, seed: int = 0, purpose: str = "trace in weights"
) -> Tensor:
    """tr H of each item of a batch, each with an H of its own, by Hutchinson's z'Hz over signs z: (S,) float64."""
    signs = rademacher(operator, probes, x.flatten()[0], seed, purpose).split(1)
    return torch.stack([dot(z.expand_as(x), operator(z.expand_as(x))).double() for z in signs]).mean(0)


def critical_steps(largest: Tensor, trace: Tensor, batch: float) -> Tensor:
    """2 / (trace / B + (1 - 1 / B) lambda_max), item by item."""
    pairs = zip(largest.tolist(), trace.tolist(), strict=True)
    return torch.tensor([rates.critical_batch_step(top, sum_, batch) for top, sum_ in pairs], dtype=torch.float64)


def suggested_rate(problem: Problem, x: Tensor, batch: float) -> Tensor:
    """1 / (trace / B + (1 - 1 / B) lambda_max) of the Gauss-Newton matrix at x, item by item: (S,) float64.

    Half of what is stable there. The idea of LeCun, Simard & Pearlmutter 1993, by Lanczos.
    """
    matrix = problem.gauss_newton(x)
    top = leading(matrix, random_starts(x, purpose="start of a rate"), steps=_LOOK).values.cpu()
    trace = traces(matrix, x, _SIGNS, purpose="trace of a rate").cpu()
    return (critical_steps(top, trace, batch) / 2).clamp_max(_FASTEST)
