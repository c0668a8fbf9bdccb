"""How fast methods are on a quadratic: from its extremes, from its spectrum, or step by step.

The error after k steps is p_k(H) times the first one: `values` (m,) are eigenvalues or quadrature nodes, and the
residual polynomials p_0 = 1, p_1, ... come as (steps + 1, m). Rates are factors per step; above 1 they diverge.
"""

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from workbench.analysis.spectrum.lanczos import lanczos
from workbench.analysis.spectrum.ritz import ritz
from workbench.operators import LinearOperator
from workbench.refusal import Refusal
from workbench.tensors import norm2

_ROUNDING = 1e-12  # of the largest: an eigenvalue below it is 0, and no gradient lies along it


def critical_step(largest: float) -> float:
    """The step above which gradient descent diverges, 2 / lambda_max; infinite where nothing bends upwards.

    NaN where lambda_max is no finite number, as in a run that has diverged: then no step is known to be stable.
    """
    if not math.isfinite(largest):
        return math.nan
    return 2 / largest if largest > 0 else math.inf


def critical_batch_step(largest: float, trace: float, batch: float) -> float:
    """That of stochastic gradients of so many rows, 2 / (trace / B + (1 - 1 / B) lambda_max).

    Exact in the mean square for rows of equal norms at B = 1, and for all rows, B infinite; close to it between.
    """
    if batch < 1:
        raise Refusal("a batch of at least 1", f"{batch:g}", "take one row or more")
    return critical_step(trace / batch + (1 - 1 / batch) * largest)


@dataclass(frozen=True)
class Tuned:
    """The step and the momentum that are best for eigenvalues in [smallest, largest]."""

    step: float
    momentum: float = 0.0


def tuned_gradient_descent(smallest: float, largest: float) -> Tuned:
    """2 / (smallest + largest)."""
    return Tuned(2 / (smallest + largest))


def tuned_heavy_ball(smallest: float, largest: float) -> Tuned:
    """4 / (sqrt largest + sqrt smallest)^2 and q^2. Polyak 1964, doi 10.1016/0041-5553(64)90137-5."""
    return Tuned(4 / (math.sqrt(largest) + math.sqrt(smallest)) ** 2, _ratio(smallest, largest) ** 2)


def tuned_nesterov(smallest: float, largest: float) -> Tuned:
    """1 / largest and q = (sqrt condition - 1) / (sqrt condition + 1): the strongly convex form."""
    return Tuned(1 / largest, _ratio(smallest, largest))


def _ratio(smallest: float, largest: float) -> float:
    low, high = math.sqrt(max(smallest, 0.0)), math.sqrt(largest)
    return (high - low) / (high + low)


def gradient_descent_rate(values: Tensor, step: Tensor | float) -> Tensor:
    """max |1 - step lambda|, for a step or any array of steps."""
    step = torch.as_tensor(step, dtype=values.dtype)[..., None]
    return (1 - step * values).abs().amax(-1)


def heavy_ball_rate(values: Tensor, step: Tensor | float, momentum: Tensor | float) -> Tensor:
    """The largest root of z^2 - (1 + b - step lambda) z + b: over arrays of step and momentum a phase diagram."""
    step, b = (torch.as_tensor(v, dtype=values.dtype)[..., None] for v in (step, momentum))
    return _radius(1 + b - step * values, b + 0 * values).amax(-1)


def nesterov_rate(values: Tensor, step: Tensor | float, momentum: Tensor | float) -> Tensor:
    """The largest root of z^2 - (1 + b) (1 - step lambda) z + b (1 - step lambda)."""
    step, b = (torch.as_tensor(v, dtype=values.dtype)[..., None] for v in (step, momentum))
    left = 1 - step * values
    return _radius((1 + b) * left, b * left).amax(-1)


def _radius(linear: Tensor, constant: Tensor) -> Tensor:
    """The largest modulus of the roots of z^2 - linear z + constant."""
    bent = linear.square() - 4 * constant
    real = (linear.abs() + bent.clamp_min(0).sqrt()) / 2
    return torch.where(bent < 0, constant.abs().sqrt(), real)


def chebyshev_bound(smallest: float, largest: float, steps: int) -> Tensor:
    """An upper bound of |error|_H / |first|_H of conjugate gradients after 0..steps: 1 / T_k, (steps + 1,)."""
    q = _ratio(smallest, largest)
    k = torch.arange(steps + 1, dtype=torch.float64)
    return 2 * q**k / (1 + q ** (2 * k))


def gradient_descent(values: Tensor, step: float, steps: int) -> Tensor:
    """p_k = (1 - step lambda)^k."""
    return (1 - step * values) ** torch.arange(steps + 1, dtype=values.dtype)[:, None]


def heavy_ball(values: Tensor, step: float, momentum: float, steps: int) -> Tensor:
    """p_{k+1} = (1 + b - step lambda) p_k - b p_{k-1}, from rest."""
    found = [torch.ones_like(values), 1 - step * values]
    while len(found) <= steps:
        found.append((1 + momentum - step * values) * found[-1] - momentum * found[-2])
    return torch.stack(found[: steps + 1])


def nesterov(values: Tensor, step: float, momentum: float, steps: int) -> Tensor:
    """p_{k+1} = (1 - step lambda) ((1 + b) p_k - b p_{k-1}), from rest."""
    found = [torch.ones_like(values), 1 - step * values]
    while len(found) <= steps:
        found.append((1 - step * values) * ((1 + momentum) * found[-1] - momentum * found[-2]))
    return torch.stack(found[: steps + 1])


def conjugate_gradients(values: Tensor, masses: Tensor, steps: int) -> Tensor:
    """The polynomials of conjugate gradients for a first residual whose square has these masses, (m,).

    They follow the spectrum and not only its ends. A mass of 0 says nothing of its polynomial, which stays 1.
    """
    root = masses.clamp_min(0).sqrt()
    r = p = root
    ones = torch.ones_like(values)
    found = [ones]
    floor = 1e-32 * float(masses.sum())
    for _ in range(steps):
        rho = (r * r).sum()
        bent = (p * values * p).sum()
        if float(rho) > floor and float(bent) > 0:
            r = r - rho / bent * values * p
            p = r + (r * r).sum() / rho * p
        found.append(torch.where(root == 0, ones, r / root.clamp_min(1e-150)))
    return torch.stack(found)


def slope_measure(hessian: LinearOperator, slope: Tensor, steps: int = 60) -> tuple[Tensor, Tensor]:
    """Nodes and masses of the gradient g, (1, *in_shape), in the modes of H: (m,) each, of total mass |g|^2."""
    found = ritz(lanczos(hessian, steps, slope))
    return found.values[0], found.masses[0] * norm2(slope).double()[0]


def excess(polynomials: Tensor, values: Tensor, masses: Tensor) -> Tensor:
    """Objective - minimum after 0..steps of a method from a gradient with these masses: (steps + 1,).

    sum masses p_k^2 / (2 lambda). Eigenvalues at 0 hold no part of a gradient.
    """
    seen = ~(values <= _ROUNDING * values.abs().max())  # what is no number stays in the sum
    return (polynomials[:, seen].square() * masses[seen] / values[seen]).sum(1) / 2
