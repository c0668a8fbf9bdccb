"""Which small change of the data moves a reconstruction most."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from workbench.algorithms import Algorithm
from workbench.problem import Problem
from workbench.tensors import norm, normal_like, spread, stream
from workbench.tuning.linearised_minimum import LinearisedMinimum
from workbench.tuning.unmet import aimless, elsewhere


def unmoved(problem: Problem, algorithm: Algorithm) -> str:
    """Why what this method ends at is no minimum that moves with the data, as a sentence; empty where it is one."""
    if sentence := aimless(algorithm):
        return f"{sentence}, whose Hessian says what a change does: take one that does, such as ADMM."
    return f"It is {of}." if (of := elsewhere(problem)) else ""


@dataclass(frozen=True)
class WorstPerturbation:
    """A direction of the data of length 1, (B, *out_shape), where it takes x, (B, *in_shape), and how far, (B,)."""

    direction: Tensor
    image: Tensor
    gain: Tensor

    def measured(self, solve: Callable[[Tensor], Tensor], y: Tensor, size: float) -> Tensor:
        """|x(y + size direction) - x(y)| / size by the method itself, (B,): beside `gain`, which is for small ones."""
        return norm(solve(y + size * self.direction) - solve(y)) / size


def worst_perturbation(
    problem: Problem, x: Tensor, accuracy: float = 1e-6, steps: int = 500, width: float | None = None, seed: int = 0
) -> WorstPerturbation:
    """The top singular vector of dx / dy at a minimum x, by power iteration; see `LinearisedMinimum`.

    What comes out for a prior with rounded kinks holds for changes that are larger. Methods that minimise nothing, such
    as networks, have no Hessian. Antun et al. 2020, doi 10.1073/pnas.1907377117.
    """
    *_, last = worst_perturbations(problem, x, accuracy, steps, width, seed)
    return last


def worst_perturbations(
    problem: Problem, x: Tensor, accuracy: float = 1e-6, steps: int = 500, width: float | None = None, seed: int = 0
) -> Iterator[WorstPerturbation]:
    """The steps of that iteration, from a random direction on: what has been found so far."""
    minimum = LinearisedMinimum(problem, x, accuracy, width)
    e, close = _unit(normal_like(problem.y, stream(seed, "first perturbation", device=x.device))), False
    for step in range(steps + 1):
        with torch.no_grad():
            image = minimum.moved(e)
        yield WorstPerturbation(e, image, norm(image))
        if close or step == steps:
            return
        with torch.no_grad():
            after = _unit(minimum.back(image))
            e, close = after, bool((norm(after - e) <= accuracy).all())


def _unit(e: Tensor) -> Tensor:
    size = norm(e)
    return e / spread(torch.where(size > 0, size, 1), e)
