"""How far an iterate is from the optimum: a duality gap where there is one, a fixed-point residual elsewhere."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

import torch
from torch import Tensor

from workbench.algorithms import Algorithm, State
from workbench.analysis.duality import lower_bound, uncertified
from workbench.problem import Problem
from workbench.run import Quantity, reads
from workbench.tensors import in_double, norm, real_of, stream

_PATIENCE, _ROUNDING = 10, 64.0  # steps that may leave x where it is; what rounding moves of it, in eps


class Kind(StrEnum):
    """What a certificate proves: a bound of the distance to the optimum, or only how much a step still changes."""

    GAP = "duality gap"
    RESIDUAL = "fixed-point residual"


@dataclass(frozen=True)
class Certificate:
    """A GAP has objective(x) - least objective <= value, relative = value / |objective(x)|, |x - x*| <= distance.

    All that for x put into the constraints, `Prior.feasible`: splitting methods meet them in the limit only.

    A RESIDUAL has value = |x - T x|, T a step of the algorithm that moves x, relative = value / |x|, and proves
    nothing: `why` says what the gap lacks. (B,) each; distance is infinite without a known strong convexity.
    """

    kind: Kind
    value: Tensor
    relative: Tensor
    distance: Tensor
    why: str = ""


def certify(problem: Problem, algorithm: Algorithm, state: State) -> Certificate:
    """The certificate of x at this state; it costs a few products with A, and may wait for the device."""
    with torch.no_grad():
        why = _aimless(algorithm) or uncertified(problem)
        if not why:
            least = lower_bound(problem, state)
            if bool(least.isfinite().all()):
                value, relative = _gap(problem, state, least)
                modulus = problem.strong_convexity()
                distance = (2 * value / modulus).sqrt() if modulus else torch.full_like(value, math.inf)
                return Certificate(Kind.GAP, value, relative, distance)
            why = "no dual point of this iterate is feasible: the data do not determine what the prior leaves free"
        value, relative = fixed_point(problem, algorithm, state)
        return Certificate(Kind.RESIDUAL, value, relative, torch.full_like(value, math.inf), why)


def _aimless(algorithm: Algorithm) -> str:
    return "" if algorithm.minimises else f"{type(algorithm).__name__} goes to a fixed point, which minimises nothing"


@reads(Quantity("Certificate", ("gap",), "relative duality gap", log=True))
def gap(problem: Problem, state: State) -> Mapping[str, Tensor]:
    """The probe of the relative duality gap; nothing for problems that have none."""
    return {} if uncertified(problem) else {"gap": _gap(problem, state, lower_bound(problem, state))[1]}


def fixed_point(problem: Problem, algorithm: Algorithm, state: State) -> tuple[Tensor, Tensor]:
    """|x - T x| and the same relative to |x|, T one step of the algorithm: (B,) each.

    A step may move what x follows and not x: T is then the first of the next steps that does. Where none does, x rests.
    """
    after, eps = state, torch.finfo(state.x.dtype).eps
    moved = size = torch.zeros(len(state.x), dtype=real_of(state.x.dtype), device=state.x.device)
    for _ in range(_PATIENCE):
        if algorithm.done(after):
            break
        rng = stream(0, "step of a certificate", after.k + 1, state.x.device)
        before, after = after, algorithm.step(problem, after, rng)
        last, size = norm(after.moving - before.moving), norm(after.moving)
        moved = torch.where(moved <= _ROUNDING * eps * size, last, moved)
        if bool((moved > _ROUNDING * eps * size).all()):
            break
    return moved, moved / size.clamp_min(torch.finfo(size.dtype).tiny)


def _gap(problem: Problem, state: State, least: Tensor) -> tuple[Tensor, Tensor]:
    """objective - D in double at x put into the constraints, and the same relative to the objective."""
    x = in_double(state.x)
    misfit, prior = replace(problem, y=in_double(problem.y), truth=None).terms(x)
    value = misfit + prior
    excess = (value - least).clamp_min(0)
    return excess, excess / value.abs().clamp_min(torch.finfo(value.dtype).tiny)
