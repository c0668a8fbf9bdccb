"""Differentiation through the steps of a method."""

import math
from dataclasses import dataclass, replace
from typing import Annotated, Any, ClassVar

import torch
from torch import Tensor

from workbench.algorithms import Algorithm, Constants, GradientDescent
from workbench.parameters import Range
from workbench.problem import Problem
from workbench.refusal import Refusal
from workbench.tensors import normal_like, stream
from workbench.tuning.hypergradients.gradients.hypergradient import Hypergradient
from workbench.tuning.hypergradients.held_out import HeldOut, LowerSolution, OuterGradient

_FIRST = 6  # steps that are tried
_MOVES = {torch.float64: (1e-4, 1e-3), torch.float32: (1e-2, 0.05)}  # of theta; what a difference may be beside
_WANTED, _REMEDY = "a method whose steps can be differentiated", "take GradientDescent"


@dataclass(frozen=True)
class UnrolledSteps(Hypergradient):
    """The derivative of the loss after so many steps of a method, all of them kept: from x on, by torch.

    Steps are pure, so that they are differentiated as they stand; constants that a method measured, such as L, count as
    constants. A method that torch does not differentiate whole is refused.
    Maclaurin et al. 2015, arXiv 1502.03492; Ochs et al. 2015, doi 10.1007/978-3-319-18461-6_52.
    """

    word: ClassVar[str] = "unrolled"

    algorithm: Annotated[Algorithm, "method whose steps are differentiated"] = GradientDescent()
    steps: Annotated[int, Range(1, 1000, log=True, limits=(1, 1_000_000)), "number of steps"] = 100

    def gradient(self, held_out: HeldOut, theta: Tensor, lower: LowerSolution, accuracy: float) -> OuterGradient:
        x = lower.x.detach()
        measured = self._measured(held_out, theta, x)
        self._rehearse(held_out, theta.detach(), x, measured)
        return OuterGradient(self._slope(held_out, theta, x, measured, self.steps), self.steps)

    def reached(self, held_out: HeldOut, theta: Tensor, x: Tensor) -> Tensor:
        """x after the steps, differentiable in theta."""
        return self._after(held_out, theta, x, self._measured(held_out, theta, x), self.steps)

    def _slope(self, held_out: HeldOut, theta: Tensor, x: Tensor, measured: Constants, steps: int) -> Tensor:
        name, found = type(self.algorithm).__name__, None
        with torch.enable_grad():
            theta = theta.detach().requires_grad_()
            value = held_out.value(self._after(held_out, theta, x, measured, steps))
            if value.requires_grad:
                try:
                    (found,) = torch.autograd.grad(value, theta, allow_unused=True)
                except RuntimeError as error:  # a step that writes over what its derivative needs
                    raise Refusal(_WANTED, f"{name}, through which torch finds no derivative", _REMEDY) from error
        if found is None:
            wanted = f"a method that {type(held_out.hyperparameter).__name__} changes"
            raise Refusal(wanted, f"{name}, whose steps do not depend on it", _REMEDY)
        return found

    def _rehearse(self, held_out: HeldOut, theta: Tensor, x: Tensor, measured: Constants) -> None:
        """Refuse a method whose steps are not differentiated whole, such as one that searches for their length.

        Beside a central difference over its first steps.
        """
        steps, (move, near) = min(self.steps, _FIRST), _MOVES[x.real.dtype]
        along = normal_like(theta, stream(0, "a direction of the parameters", device=theta.device))
        along = along / along.norm()
        found = self._slope(held_out, theta, x, measured, steps)
        with torch.no_grad():
            moved = (theta + side * move * along for side in (1, -1))
            ends = [held_out.value(self._after(held_out, there, x, measured, steps)) for there in moved]
            difference = float(ends[0] - ends[1]) / (2 * move)
            size = float(found.norm()) / len(theta) ** 0.5
            lost = 100 * torch.finfo(x.real.dtype).eps * float(ends[0].abs()) / move
        apart = abs(float((found * along).sum()) - difference)
        size = max(size, abs(difference))
        if not apart <= lost + near * size:
            off = f"is {apart / size:.1%} off after {steps} of them" if math.isfinite(apart) else "is no number"
            raise Refusal(_WANTED, f"{type(self.algorithm).__name__}, whose derivative {off}", _REMEDY)

    def _measured(self, held_out: HeldOut, theta: Tensor, x: Tensor) -> Constants:
        problem, algorithm = replace(held_out.at(theta.detach()), truth=None), self.algorithm
        if sentence := algorithm.unmet(problem):
            raise Refusal("a method that can run on this problem", type(algorithm).__name__, sentence)
        with torch.no_grad():
            return self._first(problem, x).measured

    def _first(self, problem: Problem, x: Tensor) -> Any:
        return self.algorithm.init(problem, x, stream(0, "start of unrolled steps", device=x.device))

    def _after(self, held_out: HeldOut, theta: Tensor, x: Tensor, measured: Constants, steps: int) -> Tensor:
        """x after so many steps; a gradient that a method begins with depends on theta, what it measured does not."""
        problem, algorithm = replace(held_out.at(theta), truth=None), self.algorithm
        state = self._first(problem, x)
        state = replace(state, measured=held_out.measured(theta, measured))
        for k in range(steps):
            if algorithm.done(state):
                break
            state = algorithm.step(problem, state, stream(0, "unrolled step", k + 1, state.x.device))
        return state.x
