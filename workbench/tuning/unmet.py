"""Why what is asked of a reconstruction cannot be told, as words of a sentence that several begin with."""

from workbench.algorithms import Algorithm
from workbench.parametrisations import Direct
from workbench.problem import Problem


def aimless(algorithm: Algorithm) -> str:
    """That a method goes to no minimum of the objective, and a draw is none either; empty where it does."""
    return "" if algorithm.seeks_minimum else f"{type(algorithm).__name__} goes to no minimum"


def elsewhere(problem: Problem, real: bool = False) -> str:
    """Of what it has to be, where the picture is not the unknown itself, or not real; empty where it is."""
    fits = isinstance(problem.parametrisation, Direct) and not (real and problem.dtype.is_complex)
    return "" if fits else f"of {'real ' * real}pictures that are the unknown themselves"
