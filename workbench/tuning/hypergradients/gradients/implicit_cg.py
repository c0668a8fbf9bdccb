"""Implicit differentiation with conjugate gradients."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

import torch
from torch import Tensor

from workbench.linalg import cg
from workbench.parameters import Range
from workbench.tuning.hypergradients.gradients.hypergradient import Hypergradient, across
from workbench.tuning.hypergradients.held_out import HeldOut, LowerSolution, OuterGradient


@dataclass(frozen=True)
class ImplicitCG(Hypergradient):
    """-(d grad / d theta)' q, H q = grad loss by conjugate gradients, H the Hessian of the objective at the minimum.

    By the implicit function theorem; x is taken as it is, so that an x that is not the minimum gives an error of its
    own size. Bengio 2000, doi 10.1162/089976600300015187; Pedregosa 2016, arXiv 1602.02355.
    """

    word: ClassVar[str] = "cg"

    most: Annotated[int, Range(10, 5000, log=True, limits=(1, 10_000_000)), "most products with the Hessian"] = 1000

    def gradient(self, held_out: HeldOut, theta: Tensor, lower: LowerSolution, accuracy: float) -> OuterGradient:
        spent = [0]
        with torch.no_grad():
            hessian = held_out.at(theta.detach()).hessian(lower.x)

            def apply(v: Tensor) -> Tensor:
                spent[0] += 1
                return hessian(v)

            q = cg(apply, held_out.pull(lower.x), tolerance=accuracy, steps=self.most)
        return OuterGradient(across(held_out, theta, lower.x, q), spent[0])
