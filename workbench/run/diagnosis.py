"""What is wrong with a run, in a sentence, and the values that repair it."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from workbench.algorithms import Algorithm, State
from workbench.parameters import parameters


class Trouble(StrEnum):
    """What can be wrong with a run."""

    NOT_FINITE = "not finite"
    GROWTH = "growth"
    STAGNATION = "stagnation"
    EXPANSION = "expansion"


@dataclass(frozen=True)
class Diagnosis:
    """The trouble, why, what to do, and the same as values by their path: {"algorithm.step_size": None}."""

    trouble: Trouble
    why: str
    remedy: str
    repair: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.why}: {self.remedy}"


def explosion(algorithm: Algorithm, good: State, state: State, size: float) -> Diagnosis:
    """Why |x| = size, which is infinite, NaN or far too large; `good` is the last state before."""
    finite = math.isfinite(size)
    trouble = Trouble.GROWTH if finite else Trouble.NOT_FINITE
    what = f"|x| = {size:.3g}" if finite else "values that are not finite"
    if state is good:
        remedy = "start from a finite signal, or take another device or dtype"
        return Diagnosis(trouble, f"{what} at the start", remedy)
    why = f"{what} at iteration {state.k} (the last good state is {good.k})"
    now, bound = algorithm.current_step(good), algorithm.largest_step(good)
    remedy = "take a smaller step, a larger prior weight, or another algorithm"
    if now is not None and bound is not None and now > bound:
        remedy = f"the step {now:.3g} is above the largest safe step {bound:.3g}: take {bound / 2:.3g}, or none"
    return Diagnosis(trouble, why, remedy, automatic(algorithm))


def automatic(algorithm: Algorithm) -> dict[str, None]:
    """The given values of an algorithm that are found when left out, by path, each set to be found."""
    own = [p.name for p in parameters(type(algorithm)) if p.optional]
    return {f"algorithm.{name}": None for name in own if getattr(algorithm, name) is not None}
