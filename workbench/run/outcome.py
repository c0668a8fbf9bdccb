"""How a run ended."""

import traceback
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.algorithms import Algorithm, State
from workbench.problem import Problem
from workbench.progress import Bar
from workbench.refusal import LONGEST, Refusal, own_frames, short

if TYPE_CHECKING:
    from workbench.stopping import Stop


class Outcome(StrEnum):
    """How a run ended."""

    STEPS = "steps"  # all iterations that were asked for
    RULE = "rule"  # a stopping rule held
    DONE = "done"  # the algorithm had nothing left to do
    INTERRUPTED = "interrupted"
    DIVERGED = "diverged"
    FAILED = "failed"  # something raised in the middle: an operator, a prior, a probe or a rule of one's own, say


BROKEN = frozenset({Outcome.DIVERGED, Outcome.FAILED})  # what it ended with is no result
RESUMABLE = frozenset({Outcome.INTERRUPTED, Outcome.FAILED})  # it was to go on, and can
CUT_SHORT = BROKEN | RESUMABLE


class BrokeOff(UserWarning):
    """A run ended in the middle: it diverged, or something raised."""


@contextmanager
def untold() -> Iterator[None]:
    """Without the warning, for who reads the outcome and says it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", BrokeOff)
        yield


class Ends:
    """Whether a run ends at a state, asked of every one; then `outcome` and `why` say how. Shows progress meanwhile."""

    def __init__(
        self, problem: Problem, algorithm: Algorithm, stop: "Stop | None", steps: int, interrupted: Callable[[], bool]
    ) -> None:
        self._rule = stop.begin(problem, algorithm) if stop else lambda state: ""
        self._steps, self._interrupted = steps, interrupted
        self.bar = Bar(steps)
        self.state: State | None = None  # the last that was seen
        self.traceback = ""
        self.outcome, self.why = Outcome.DONE, f"{type(algorithm).__name__} had nothing left to do"

    def __call__(self, state: State) -> bool:
        self.bar.show(state.k)
        self.state = state
        rule = self._rule(state)
        if self._interrupted():
            self.outcome, self.why = Outcome.INTERRUPTED, f"stopped by hand at iteration {state.k}"
        elif rule:
            self.outcome, self.why = Outcome.RULE, f"{rule} at iteration {state.k}"
        elif state.k >= self._steps:
            self.outcome, self.why = Outcome.STEPS, f"all {self._steps} iterations done"
        else:
            return False
        return True

    def fail(self, error: Exception, k: int) -> None:
        """The run ends at iteration k since something has raised: which is said, with the line, and not raised."""
        self.outcome, self.why = Outcome.FAILED, f"{_in_words(error)}; kept at iteration {k}"
        self.traceback = "".join(traceback.format_exception(error))
        _warn(f'the run broke off: {self.why}. attrs["traceback"] says more')

    def diverge(self, error: Refusal, k: int) -> None:
        """The run went back to its last good state, at iteration k, since it has left for infinity."""
        self.outcome, self.why = Outcome.DIVERGED, str(error)
        _warn(f"the run diverged: {self.why}. Its result is that of iteration {k}")


def _warn(words: str) -> None:
    warnings.warn(words, BrokeOff, stacklevel=6)


def _in_words(error: Exception) -> str:
    """What was raised, with the line of a person's own that did."""
    if isinstance(error, Refusal):
        return str(error)
    own = own_frames(error)
    where = f" in line {own[-1].lineno} of {Path(own[-1].filename).name}" if own else ""
    return short(f"{type(error).__name__}: {' '.join(str(error).split())}", LONGEST - len(where)) + where
