"""Why a run under a Runner ends before its last iteration."""

from workbench.algorithms import Algorithm, State
from workbench.jobs.allowance import Allowance
from workbench.problem import Problem
from workbench.stopping import Stop
from workbench.stopping.stop import Rule


class RunEnding:
    """What a run may take, and the rule that ends it; `held`: it held at the last state, or refused to read it."""

    def __init__(self) -> None:
        self.allowance, self.held = Allowance(), False
        self._stop: Stop | None = None
        self._rule: Rule | None = None

    def follow(self, stop: Stop | None) -> None:
        """Another rule, or none, from the next state on."""
        self._stop = stop
        self.renew()

    def renew(self) -> None:
        """The run is of another problem or by another method: its rule begins anew."""
        self._rule, self.held = None, False

    def said(self, problem: Problem, algorithm: Algorithm, state: State) -> str:
        """Why the rule ends the run at a state; "" where it goes on, or there is no rule."""
        if self._stop is None:
            return ""
        self.held = True
        self._rule = self._rule or self._stop.begin(problem, algorithm)
        why = self._rule(state)
        self.held = bool(why)
        return why and f"{why} at iteration {state.k}"
