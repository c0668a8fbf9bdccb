"""Why a member cannot stand where the menus of a session offer it."""

from collections.abc import Mapping

from workbench.algorithms.choice import Choice, suited
from workbench.operators import LinearOperator
from workbench.paths import Form, Reasons
from workbench.problem import Problem
from workbench.refusal import Refusal


class MemberReasons:
    """Of an experiment's form and the problem that it makes; asked again once more than a number has changed."""

    def __init__(self, problem: Problem) -> None:
        self._problem, self._reasons = problem, Reasons(self._why)
        self._suited: tuple[Mapping[str, str], Choice | None] = {}, None

    def at(self, form: Form, problem: Problem, path: str) -> Mapping[str, str]:
        """Each member that is offered at a path, and the reason; "" where it can stand there."""
        self._problem, operator = problem, problem.operator
        shapes = problem.shape, problem.y.shape, problem.y.dtype
        nonnegative = isinstance(operator, LinearOperator) and operator.nonnegative
        return self._reasons.at(form, path, *shapes, nonnegative, problem.prior.can, problem.noise.can)

    def suited(self, form: Form, problem: Problem) -> Choice | None:
        """The method that is offered first, with its reason; None where none can run. Asked again as `at` is."""
        reasons = self.at(form, problem, "algorithm")
        if reasons is not self._suited[0]:
            try:
                self._suited = reasons, suited(problem)
            except Refusal:
                self._suited = reasons, None
        return self._suited[1]

    def _why(self, form: Form, path: str, name: str) -> str:
        try:
            made = form.taking(path, name).root
            algorithm, stop = made.algorithm, made.stop
            if stop is not None and stop is not form.root.stop:
                stop.begin(self._problem, algorithm)
        except Refusal as sentence:
            return str(sentence)
        return algorithm.unmet(self._problem) if algorithm is not form.root.algorithm else ""
