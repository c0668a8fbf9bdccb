"""What a preconditioner is, and how large it leaves a Hessian."""

from abc import ABC, abstractmethod

import torch
from torch import Tensor

from workbench.linalg import largest_eigenvalue
from workbench.operators import LinearOperator
from workbench.parameters import Checked
from workbench.tensors import normal_like, real_of, stream


class Preconditioner(ABC, metaclass=Checked):
    """P near H^-1, self-adjoint and positive, for a self-adjoint positive H: what it knows of H is one tensor.

    Subclasses are frozen dataclasses. H takes signals (B, *in_shape), each item of the batch with an H of its own.
    """

    @abstractmethod
    def fit(self, hessian: LinearOperator, like: Tensor) -> Tensor:
        """What P has to know of H, found by products with signals of the shape and dtype of `like`, (B, ...)."""

    @abstractmethod
    def apply(self, fitted: Tensor, hessian: LinearOperator, r: Tensor) -> Tensor:
        """P r."""

    @abstractmethod
    def balanced(self, fitted: Tensor, hessian: LinearOperator, v: Tensor) -> Tensor:
        """S v for a self-adjoint S with the eigenvalues of P H: the spectrum that is left to the method."""


def signs(like: Tensor, count: int, purpose: str) -> list[Tensor]:
    """`count` signals of random signs, the same for every item of the batch, of the shape and dtype of `like`."""
    rng = stream(0, purpose)
    drawn = [2 * torch.randint(0, 2, like.shape[1:], generator=rng) - 1 for _ in range(count)]
    return [s.to(like.device, like.dtype).expand(like.shape) for s in drawn]


def normals(like: Tensor, count: int, purpose: str) -> list[Tensor]:
    """`count` normal signals, the same for every item: no mode is missing in one, as it may be in one of signs."""
    rng, first = stream(0, purpose), like[:1].cpu()
    return [normal_like(first, rng).to(like.device).expand(like.shape) for _ in range(count)]


def largest(preconditioner: Preconditioner, fitted: Tensor, hessian: LinearOperator, like: Tensor) -> Tensor:
    """A bound of the largest eigenvalue of P H of each item, (B,), 2 % on the safe side; 0 where H is 0."""
    _, high = largest_eigenvalue(lambda v: preconditioner.balanced(fitted, hessian, v), like)
    return high.to(like.device, real_of(like.dtype))
