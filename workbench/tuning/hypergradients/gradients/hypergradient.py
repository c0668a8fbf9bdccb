"""The gradient of a loss of minimisers in the parameters of their problem."""

from abc import ABC, abstractmethod
from typing import ClassVar

import torch
from torch import Tensor

from workbench.parameters import Checked
from workbench.refusal import Refusal
from workbench.tensors import dot
from workbench.tuning.hypergradients.held_out import HeldOut, LowerSolution, OuterGradient, gradient


class Hypergradient(ABC, metaclass=Checked):
    """A way to find d loss(x(theta)) / d theta. Subclasses are frozen dataclasses."""

    word: ClassVar[str]  # what the command line calls it

    @abstractmethod
    def gradient(self, held_out: HeldOut, theta: Tensor, lower: LowerSolution, accuracy: float) -> OuterGradient:
        """At theta, (P,), where `lower` is the minimum; `accuracy` is the relative one of a linear solve in it."""


def across(held_out: HeldOut, theta: Tensor, x: Tensor, q: Tensor) -> Tensor:
    """-d <gradient of the objective at x, q> / d theta, (P,): how the minimum pulls at the parameters."""
    with torch.enable_grad():
        theta = theta.detach().requires_grad_()
        pull = dot(gradient(held_out.at(theta), x.detach()), q).sum()
        if not pull.requires_grad:
            name = type(held_out.hyperparameter).__name__
            raise Refusal("parameters that the minimum depends on", name, "take UnrolledSteps: it differentiates steps")
        return -torch.autograd.grad(pull, theta)[0]
