"""The scale that splitting methods take their default steps from."""

from workbench.problem import Problem


def typical_curvature(problem: Problem) -> float:
    """The median Fisher information of the data at the default start: 1 / sigma^2 for Gaussian noise.

    Poisson data have a bound on the curvature, `noise.lipschitz`, hundreds of times what most pixels see.
    """
    return float(problem.noise.precision(problem.operator(problem.start())).median())
