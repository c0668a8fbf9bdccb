"""Differentiation through the steps of a method."""

from dataclasses import dataclass, replace
from typing import Annotated, Any, ClassVar

import torch
from torch import Tensor

from workbench.algorithms import Algorithm, GradientDescent
from workbench.parameters import Range
from workbench.refusal import Refusal
from workbench.tensors import stream
from workbench.tuning.hypergradients.gradients.hypergradient import Hypergradient
from workbench.tuning.hypergradients.held_out import HeldOut, LowerSolution, OuterGradient


@dataclass(frozen=True)
class UnrolledSteps(Hypergradient):
    """The derivative of the loss after so many steps of a method, all of them kept: from x on, by torch.

    Steps are pure, so that they are differentiated as they stand; constants that a method measured, such as L, count as
    constants. Maclaurin et al. 2015, arXiv 1502.03492; Ochs et al. 2015, doi 10.1007/978-3-319-18461-6_52.
    """

    word: ClassVar[str] = "unrolled"

    algorithm: Annotated[Algorithm, "method whose steps are differentiated"] = GradientDescent()
    steps: Annotated[int, Range(1, 1000, log=True, limits=(1, 1_000_000)), "number of steps"] = 100

    def gradient(self, held_out: HeldOut, theta: Tensor, lower: LowerSolution, accuracy: float) -> OuterGradient:
        with torch.enable_grad():
            theta = theta.detach().requires_grad_()
            value = held_out.value(self.reached(held_out, theta, lower.x.detach()))
            (found,) = torch.autograd.grad(value, theta, allow_unused=True) if value.requires_grad else (None,)
        if found is None:
            wanted = f"a method that {type(held_out.hyperparameter).__name__} changes"
            came = f"{type(self.algorithm).__name__}, whose steps do not depend on it"
            raise Refusal(wanted, came, "take GradientDescent")
        return OuterGradient(found, self.steps)

    def reached(self, held_out: HeldOut, theta: Tensor, x: Tensor) -> Tensor:
        """x after the steps, differentiable in theta."""
        problem, algorithm = replace(held_out.at(theta), truth=None), self.algorithm
        if sentence := algorithm.unmet(problem):
            raise Refusal("a method that can run on this problem", type(algorithm).__name__, sentence)
        with torch.no_grad():
            state: Any = algorithm.init(problem, x, stream(0, "start of unrolled steps", device=x.device))
        state = replace(state, measured=held_out.measured(theta, state.measured))
        for k in range(self.steps):
            state = algorithm.step(problem, state, stream(0, "unrolled step", k + 1, x.device))
        return state.x
