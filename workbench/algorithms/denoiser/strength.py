"""How strong a denoiser is at each step."""

from dataclasses import replace
from typing import Annotated

from workbench.algorithms.base import Constants, State
from workbench.algorithms.steps.lengths import bends, inverse
from workbench.algorithms.steps.scales import typical_curvature
from workbench.parameters import Range
from workbench.priors import Can
from workbench.problem import Problem
from workbench.tensors import Each, each_of, larger

_STRENGTH = "noise that the denoiser takes away, in grey levels of [0, 1]; found from that of the data when empty"
Strength = Annotated[float | None, Range(2e-3, 0.5, log=True, limits=(1e-9, 1e3)), _STRENGTH]
_WARM = "first steps, in which the strength falls from 0.3: they fill what the data leave open"
Warm = Annotated[int, Range(0, 100, limits=(0, 10**6)), _WARM]
Inner = Annotated[int, Range(1, 50, log=True, limits=(1, 1e4)), "conjugate gradients a step, without a closed form"]

FIRST = 0.3  # the most noise that the networks we ship learned


def seen(problem: Problem) -> Constants:
    """A Lipschitz constant, as `bends` has it; where the bend is uneven, that which most data see."""
    typical = None if problem.bends_evenly else each_of(typical_curvature(problem))
    return replace(bends(problem), typical=typical)


def noise_in_signal(state: State) -> Each:
    """sigma / |A|, 1 / sqrt(L): the noise of the data seen as noise of the signal. With it a step 1 / L is sigma^2."""
    typical = state.measured.typical
    return inverse(state.measured.lipschitz if typical is None else typical) ** 0.5


def between(first: float, last: Each, part: float) -> Each:
    """The strength at a part of the way from `first` to `last`, evenly in the logarithm; nowhere below `last`."""
    return larger(first, last) ** (1 - part) * last**part


def warmed(problem: Problem, sigma: Each, k: int, warm: int) -> Each:
    """The strength of step k: it falls from FIRST to sigma in the first steps; not for proxes, which need no start."""
    return between(FIRST, sigma, k / warm) if k < warm and Can.PROX not in problem.prior.can else sigma
