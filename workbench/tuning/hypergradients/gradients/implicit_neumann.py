"""Implicit differentiation with Neumann's series."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

import torch
from torch import Tensor

from workbench.linalg import largest_eigenvalue
from workbench.parameters import Range
from workbench.tensors import norm, spread
from workbench.tuning.hypergradients.gradients.hypergradient import Hypergradient, across
from workbench.tuning.hypergradients.held_out import HeldOut, LowerSolution, OuterGradient


@dataclass(frozen=True)
class ImplicitNeumann(Hypergradient):
    """-(d grad / d theta)' q, q = (1 / L) sum_j (I - H / L)^j grad loss up to `terms`, or until terms are small.

    L bounds the Hessian H at the minimum, by Lanczos. Few terms give a gradient that is short and stable, as unrolling
    as many steps would. Lorraine, Vicol & Duvenaud 2020, arXiv 1911.02590.
    """

    word: ClassVar[str] = "neumann"

    terms: Annotated[int, Range(1, 5000, log=True, limits=(1, 10_000_000)), "most terms of the series"] = 2000

    def gradient(self, held_out: HeldOut, theta: Tensor, lower: LowerSolution, accuracy: float) -> OuterGradient:
        with torch.no_grad():
            hessian = held_out.at(theta.detach()).hessian(lower.x)
            bend = spread(largest_eigenvalue(hessian, lower.x)[1].to(lower.x.device, lower.x.real.dtype), lower.x)
            term = held_out.pull(lower.x) / bend
            q, least, products = term, accuracy * norm(term), 0
            while products < self.terms - 1 and not bool((norm(term) <= least).all()):
                term = term - hessian(term) / bend
                q, products = q + term, products + 1
        return OuterGradient(across(held_out, theta, lower.x, q), products)
