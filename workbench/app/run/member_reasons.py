"""Why a member cannot stand where the menus of a session offer it."""

from collections.abc import Mapping

from workbench.operators import LinearOperator
from workbench.paths import Form, Reasons
from workbench.problem import Problem
from workbench.refusal import Refusal


class MemberReasons:
    """Of an experiment's form and the problem that it makes; asked again once more than a number has changed."""

    def __init__(self, problem: Problem) -> None:
        self._problem, self._reasons = problem, Reasons(self._why)

    def at(self, form: Form, problem: Problem, path: str) -> Mapping[str, str]:
        """Each member that is offered at a path, and the reason; "" where it can stand there."""
        self._problem, operator = problem, problem.operator
        shapes = problem.shape, problem.y.shape, problem.y.dtype
        nonnegative = isinstance(operator, LinearOperator) and operator.nonnegative
        return self._reasons.at(form, path, *shapes, nonnegative, problem.prior.can, problem.noise.can)

    def _why(self, form: Form, path: str, name: str) -> str:
        try:
            algorithm = form.taking(path, name).root.algorithm
        except Refusal as sentence:
            return str(sentence)
        return algorithm.unmet(self._problem) if algorithm is not form.root.algorithm else ""
