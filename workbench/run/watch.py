"""Whether a run has left for infinity."""

import math
from collections.abc import Iterable, Iterator
from functools import cached_property

import torch
from torch import Tensor

from workbench.algorithms import Algorithm, State
from workbench.algorithms.base import S
from workbench.priors import Can
from workbench.problem import Problem
from workbench.refusal import Refusal
from workbench.run.diagnosis import Diagnosis, explosion
from workbench.tensors import norm

_FAR = 10.0  # times the objective of the start: overshoot is less, what leaves for infinity soon more


class Diverged(Refusal):
    """A run that left for infinity: its `diagnosis`, and `state`, the last good one."""

    def __init__(self, diagnosis: Diagnosis, state: State) -> None:
        super().__init__("a run that stays bounded", diagnosis.why, diagnosis.remedy)
        self.diagnosis, self.state = diagnosis, state

    def __reduce__(self) -> tuple:
        return type(self), (self.diagnosis, self.state)


class Watch:
    """Looks at states now and then; Diverged, with the last good one, once x is not finite or has exploded.

    An item has exploded where x is `growth` times as large as at the start and as the back-projection, and its
    objective far above that of the start too: a signal may be large where the data are dark or see little of it. The
    objective may always be what noise and prior expect, half of each number. Where the prior has no value, or the
    method minimises nothing, x alone tells, beside pictures in [0, 1]. A look waits for the device.
    """

    def __init__(self, problem: Problem, algorithm: Algorithm, growth: float = 100.0) -> None:
        self.problem, self.algorithm, self._growth = problem, algorithm, growth
        self.good: State | None = None
        self.last: State | None = None  # good or not
        self._judges = algorithm.minimises and Can.VALUE in problem.prior.can
        self._first = self._most = torch.tensor(math.nan)

    def look(self, state: State) -> None:
        """Accept the state as good, or raise Diverged."""
        sizes = norm(state.x)
        finite = bool(sizes.isfinite().all())
        if self.good is None and finite:
            height = self._height(state)
            expected = (self.problem.y[0].numel() + state.x[0].numel()) / 2
            self._first = sizes
            self._most = torch.where(height.isfinite(), _FAR * height.clamp_min(expected), math.nan)
        if not finite or self._exploded(state, sizes):
            good = self.good or state
            raise Diverged(explosion(self.algorithm, good, state, float(sizes.max())), good)
        self.good = state

    def over(self, states: Iterable[S], every: int = 10, start: S | None = None) -> Iterator[S]:
        """The same states, as `guard` has it."""
        begun = start is not None
        if start is not None:
            self.look(start)
        for state in states:
            self.last = state
            if state.k % every == 0 or self.good is None:
                self.look(state)
            elif begun:
                self.good = state
            begun = False
            yield state
        self.look_at_end()

    def look_at_end(self) -> None:
        """Diverged, where the last state has gone since the look before; a run of nine steps has no other look."""
        if self.last is not None and self.last is not self.good:
            self.look(self.last)

    def cause(self, error: Exception) -> Exception:
        """Diverged, where the last state has left for infinity, which makes others raise anything; else the error."""
        if self.last is None or isinstance(error, Diverged):
            return error
        try:
            self.look(self.last)
        except Diverged as end:
            return end
        except Exception:  # what is broken has no objective either
            return error
        return error

    def _exploded(self, state: State, sizes: Tensor) -> bool:
        large = ~(sizes <= self._growth * self._first)  # NaN is not <= either
        if self.algorithm.direct or not bool(large.any()):
            return False
        large &= ~(sizes <= self._growth * self._usual)
        return bool((large & ~(self._height(state) <= self._most)).any())

    @cached_property
    def _usual(self) -> Tensor:
        """The norm that is usual in these data; asked for once x has grown: it may cost seconds."""
        with torch.no_grad():
            start = self.algorithm.start(self.problem)
        usual = norm(start)
        return usual if self._judges else usual.clamp_min(start[0].numel() ** 0.5)

    def _height(self, state: State) -> Tensor:
        """The objective, (B,); NaN where it tells nothing."""
        if not self._judges:
            return torch.full_like(self._most, math.nan)
        with torch.no_grad():
            misfit, prior = self.problem.terms(state.x)
        return misfit + prior


def guard(
    problem: Problem, algorithm: Algorithm[S], states: Iterable[S], every: int = 10, start: S | None = None
) -> Iterator[S]:
    """The same states; Diverged, with the last good one, when a look at every `every`-th finds them gone.

    `start` is the state at k = 0 where they go on from a later one, which is taken as good.
    """
    return Watch(problem, algorithm).over(states, every, start)
