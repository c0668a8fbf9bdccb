"""How long a step along a gradient is: given, 1/L, or by the bend at hand."""

from workbench.algorithms.base import Constants, State, prior_bend
from workbench.algorithms.steps.parabola import ParabolaState
from workbench.noise import Likelihood
from workbench.problem import Problem
from workbench.refusal import Refusal
from workbench.tensors import Each, each_of, least


def bends(problem: Problem, of_prior: bool = False) -> Constants:
    """A Lipschitz constant of the gradient of the misfit, of both with `of_prior`, and then that of the prior alone.

    Each only where it is known: of a misfit with a linear A, of a prior that says it.
    """
    beside = prior_bend(problem) if of_prior else None
    of_both = beside or 0.0
    known = problem.operator.linear and Likelihood.LIPSCHITZ in problem.noise.can
    if not known or (of_prior and beside is None):
        return Constants(prior=of_both)
    return Constants(problem.lipschitz() + of_both, of_both)


def searches(step_size: float | None, state: State) -> bool:
    """Whether a step has to be found at every x: none is given, and no constant says how the misfit bends."""
    return step_size is None and isinstance(state, ParabolaState) and state.reach is not None


def shortened(reach: Each, state: State) -> Each:
    """The step for both gradients where `reach` is that for the misfit."""
    return 1 / (1 / reach + state.measured.prior)


def found_step(state: State, step_size: float | None = None) -> Each:
    """The step that is given; or what the bend at x allows; or 1/L."""
    if step_size is not None:
        return step_size
    if isinstance(state, ParabolaState) and state.reach is not None:
        return shortened(each_of(state.reach), state)
    return inverse(state.measured.lipschitz)


def safe_step(state: State, step_size: float | None, most: float = 2.0) -> float | None:
    """`most` / L, the least of the batch; None where no constant is known, or the step follows the bend."""
    bend = state.measured.lipschitz
    return None if bend is None or not least(bend) or searches(step_size, state) else least(most / bend)


def inverse(lipschitz: Each | None) -> Each:
    """1/L; an objective that does not bend at all, or nobody knows how, has no default step."""
    if lipschitz is None or not least(lipschitz):
        raise Refusal("an objective that bends at the start", "a flat one", "give the step size, or another operator")
    return 1 / lipschitz
