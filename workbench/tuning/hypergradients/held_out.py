"""Pictures whose truth is known, and what parameters of their problem are worth on them."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any, NamedTuple

import torch
from torch import Tensor

from workbench.algorithms import LBFGS, Algorithm, Constants, State
from workbench.linalg import spread_of
from workbench.problem import Problem
from workbench.refusal import Refusal
from workbench.run import iterate
from workbench.tensors import norm, norm2, parts
from workbench.tuning.hypergradients.hyperparameters import Hyperparameter

Loss = Callable[[Problem, Tensor], Tensor]
_SLIGHT = 1e-4  # of the largest curvature
_LOOK = 3  # iterations between two looks at the gradient, which costs one


class LowerSolution(NamedTuple):
    """x near the minimum of the problem at some parameters, (B, ...), the iterations spent, the gradient left there.

    `error` bounds the root mean square distance from the minimum, per number; `modulus` is the convexity it rests on.
    """

    x: Tensor
    steps: int
    slope: Tensor
    error: float
    modulus: Tensor


class OuterGradient(NamedTuple):
    """The gradient of the loss in the parameters, (P,), and the Hessians, or steps back, that it took."""

    value: Tensor
    products: int


def squared_error(problem: Problem, x: Tensor) -> Tensor:
    """Half the mean square of the error of each picture, (B,)."""
    if problem.truth is None:
        raise Refusal("pictures with their truths", "data alone", "take Problem.simulate, or a loss of your own")
    error = problem.aligned(x) - problem.truth.to(x)
    return norm2(error) / (2 * parts(error)[0].numel())


@dataclass(frozen=True)
class HeldOut:
    """min over theta of the mean loss(x(theta)), x(theta) the minimum of the problem that theta makes: two levels.

    `problem` holds data, (n, ...), and truths of n pictures; `hyperparameter` says what theta is. The loss, (B,) of a
    problem and its pictures, differentiable, is `squared_error` unless given. x is found by `algorithm`, L-BFGS unless
    given, in at most `most` iterations. Franceschi et al. 2018, Proc. ICML; Kunisch & Pock 2013, doi 10.1137/120882706.
    """

    problem: Problem
    hyperparameter: Hyperparameter
    loss: Loss = squared_error
    algorithm: Algorithm[Any] | None = None
    most: int = 2000

    def __post_init__(self) -> None:
        if sentence := self.hyperparameter.unmet(self.problem):
            raise Refusal(f"a problem for {type(self.hyperparameter).__name__}", "another one", sentence)

    @property
    def solver(self) -> Algorithm[Any]:
        """What goes down the lower level."""
        return self.algorithm or LBFGS()

    def start(self) -> Tensor:
        """The first theta, (P,), float64."""
        return self.hyperparameter.start(self.problem)

    def at(self, theta: Tensor) -> Problem:
        """The problem at theta, differentiable in it where theta asks for gradients."""
        return self.hyperparameter.at(self.problem, theta)

    def modulus(self, theta: Tensor, x: Tensor) -> Tensor:
        """How strongly convex the lower level is, (B,): what is known, else by Lanczos at x, which is no bound.

        Known moduli far below the largest curvature are not taken: a blur leaves 1e-20 of some modes, which no data and
        no loss feel, and a distance told from it would never be small.
        """
        problem = self.at(theta.detach())
        with torch.no_grad():
            least, most = spread_of(problem.hessian(x), x)
        known = torch.full_like(least, problem.strong_convexity())
        return torch.where(known > _SLIGHT * most, known, least)

    def solved(self, theta: Tensor, accuracy: float, x: Tensor | None = None) -> LowerSolution:
        """x within `accuracy` of the minimum, root mean square per number; from x, or from the usual start.

        By |x - minimum| <= |gradient| / modulus. Refuses where `most` iterations do not do.
        """
        problem = replace(self.at(theta.detach()), truth=None)
        algorithm = self.solver
        first = algorithm.start(problem) if x is None else x
        modulus = self.modulus(theta, first)
        numbers = parts(first).numel()
        state, found = None, (torch.zeros_like(first), torch.inf)
        for state in islice(iterate(problem, algorithm, first), self.most + 1):
            if state.k % _LOOK == 0:
                found = self._left(problem, state, modulus, numbers)
                if found[1] <= accuracy:
                    return LowerSolution(state.x, state.k, found[0], found[1], modulus)
        assert state is not None
        slope, error = self._left(problem, state, modulus, numbers)
        if not error <= accuracy:  # NaN, too
            came = f"{error:.2g} after {state.k} iterations of {type(algorithm).__name__}"
            remedy = "ask for less accuracy, allow more iterations (most=), or take a prior that bends more"
            raise Refusal(f"a minimum to {accuracy:.2g} per number", came, remedy)
        return LowerSolution(state.x, state.k, slope, error, modulus)

    @staticmethod
    def _left(problem: Problem, state: State, modulus: Tensor, numbers: int) -> tuple[Tensor, float]:
        with torch.no_grad():
            slope = gradient(problem, state.x)
        each = norm(slope).double().cpu() / modulus
        return slope, float(each.square().sum().div(numbers).sqrt())

    def value(self, x: Tensor) -> Tensor:
        """The mean loss of pictures, a scalar."""
        return self.loss(self.problem, x).mean()

    def pull(self, x: Tensor) -> Tensor:
        """Its gradient in x, (B, ...)."""
        with torch.enable_grad():
            x = x.detach().requires_grad_()
            return torch.autograd.grad(self.value(x), x)[0]

    def bounds(self, lower: LowerSolution) -> tuple[float, float]:
        """Below and above what the loss of the minimum lies, told from x and its error.

        For losses that bend by 1 / (n numbers) at the most, as `squared_error`.
        """
        value, numbers = float(self.value(lower.x)), parts(lower.x).numel()
        reach = float(norm(self.pull(lower.x)[None])[0]) * numbers**0.5 * lower.error
        return max(0.0, value - reach), value + reach + lower.error**2 / 2

    def measured(self, theta: Tensor, found: Constants) -> Constants:
        """The constants of a run in which theta may be one."""
        return self.hyperparameter.measured(found, theta)


def gradient(problem: Problem, x: Tensor) -> Tensor:
    """The gradient of the objective, (B, ...)."""
    return problem.misfit_grad(x) + problem.prior.grad(x)
