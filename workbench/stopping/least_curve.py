"""To stop where a curve along the steps is lowest, which is seen ahead."""

from abc import abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Annotated

import torch
from torch import Tensor

from workbench.algorithms import Algorithm, State
from workbench.parameters import Range
from workbench.problem import Problem
from workbench.ranges import SEEDS
from workbench.refusal import Refusal
from workbench.stopping.risk import StepPrediction, predictions, require_told
from workbench.stopping.stop import Rule, Stop
from workbench.tensors import norm

_SAME = 1e-3  # relative: as far as a batch and a single item may part by rounding


@dataclass(frozen=True)
class LeastCurve(Stop):
    """A curve of each state is below those of the `ahead` next ones: the run ends at the minimum, not after it.

    The rule goes ahead with a run of its own on moved data: three times the work with one probe. It begins where the
    run began; of a run that goes on that has to be the start which the method has by itself, and another is refused.
    """

    ahead: Annotated[int, Range(1, 50, log=True, limits=(1, 10_000)), "later states that have to be worse"] = 5
    probes: Annotated[int, Range(1, 16, log=True, limits=(1, 1000)), "random directions in which data are moved"] = 1
    seed: Annotated[int, SEEDS, "seed of those directions"] = 0

    @property
    def whole(self) -> bool:
        return True

    @abstractmethod
    def value(self, problem: Problem, found: StepPrediction) -> float:
        """The curve at a state."""

    @abstractmethod
    def said(self, k: int, value: float) -> str:
        """Why the run ends at k, where the curve is lowest."""

    def begin(self, problem: Problem, algorithm: Algorithm) -> Rule:
        if self.unmet(problem):
            raise Refusal(f"a problem for {type(self).__name__}", "another one", self.unmet(problem))
        require_told(problem, algorithm)
        values, pictures = list[float](), dict[int, Tensor]()
        own: Iterator[StepPrediction] | None = None

        def lowest(state: State) -> str:
            nonlocal own
            if own is None:
                own = predictions(problem, algorithm, self.probes, self.seed, _given(problem, algorithm, state))
            for found in islice(own, max(0, state.k + self.ahead + 1 - len(values))):
                pictures[len(values)] = found.x
                values.append(self.value(problem, found))
            _require_same(pictures, state)
            here, later = values[state.k : state.k + 1], values[state.k + 1 : state.k + 1 + self.ahead]
            return self.said(state.k, here[0]) if later and here[0] < min(later) else ""

        return lowest

    def unmet(self, problem: Problem) -> str:
        """Why the rule cannot read the problem, as a sentence; empty where it can."""
        return ""


def _given(problem: Problem, algorithm: Algorithm, state: State) -> Tensor | None:
    """The start of a run, where it is not the one that the method has by itself: that one moves with the data."""
    with torch.no_grad():
        usual = state.k > 0 or torch.equal(algorithm.start(problem), state.x)
    return None if usual else state.x


def _require_same(pictures: dict[int, Tensor], state: State) -> None:
    """Refuse states of another run than the one that goes ahead."""
    for k in [k for k in pictures if k < state.k]:
        del pictures[k]
    own = pictures.get(state.k)
    if own is not None and bool((norm(own - state.x) > _SAME * norm(own)).any()):
        came = "one that goes on from another"
        raise Refusal("a run from the start that the method has by itself", came, "begin it anew, or stop by change")
