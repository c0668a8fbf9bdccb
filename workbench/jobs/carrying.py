"""The state of a run under other settings than those that made it."""

from dataclasses import replace

from torch import Tensor

from workbench.algorithms import Algorithm, State
from workbench.problem import Problem
from workbench.refusal import Refusal
from workbench.tensors import stream

Parts = tuple[Problem, Algorithm]


def carried(state: State, old: Parts, new: Parts, seed: int) -> State:
    """The state taken to another problem or algorithm: all of it where both know it, else x and k alone."""
    problem, algorithm = new
    if sentence := algorithm.unmet(problem):
        raise Refusal("an algorithm that can run on this problem", type(algorithm).__name__, sentence)
    kin = type(algorithm) is type(old[1]) and type(problem.prior.given) is type(old[0].prior.given)
    if kin and problem.y.shape == old[0].y.shape:
        return algorithm.adapt(problem, state)
    return restarted(problem, algorithm, state.x, state.k, seed)


def restarted(problem: Problem, algorithm: Algorithm, x: Tensor, k: int, seed: int) -> State:
    """The first state of an algorithm from x, at iteration k."""
    return replace(algorithm.init(problem, x, stream(seed, "restart", k, x.device)), k=k)


def kinds(problem: Problem, algorithm: Algorithm) -> tuple[type, ...]:
    """What the cost of steps and probes depends on."""
    parts = problem.given_operator, problem.prior.given, problem.parametrisation, algorithm
    return tuple(map(type, parts))
