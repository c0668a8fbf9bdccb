"""Two measurements of one unknown."""

import math
from typing import Annotated

import torch
from torch import Tensor

from workbench.operators.algebra.common_field import common_field
from workbench.operators.algebra.identity import Identity
from workbench.operators.base import Basis, LinearOperator
from workbench.refusal import Refusal
from workbench.tensors import Shape, shown


class Stack(LinearOperator):
    """x -> (first(x), second(x)): along the channels where the other sides agree, else as (1, n), first to last."""

    formula = r"A x = (B x,\; C x)"

    def __init__(
        self,
        first: Annotated[LinearOperator, "first operator"] = Identity(),
        second: Annotated[LinearOperator, "second operator"] = Identity(),
    ) -> None:
        if first.in_shape != second.in_shape:
            raise Refusal(
                f"a second operator of {shown(first.in_shape)}", shown(second.in_shape), "match the shapes of both"
            )
        super().__init__(first.in_shape, _joined(first.out_shape, second.out_shape))
        self.first, self.second, self.field = first, second, common_field(first, second)
        self.nonnegative = first.nonnegative and second.nonnegative
        self._along_channels = first.out_shape[1:] == second.out_shape[1:]

    def forward(self, x: Tensor) -> Tensor:
        parts = self.first(x), self.second(x)
        return torch.cat(parts if self._along_channels else [part.flatten(1)[:, None] for part in parts], -self._depth)

    def adjoint(self, y: Tensor) -> Tensor:
        sizes = [shape[0] if self._along_channels else math.prod(shape) for shape in self._shapes]
        first, second = y.split(sizes, -self._depth)
        if not self._along_channels:
            first, second = (p.reshape(-1, *s) for p, s in zip((first, second), self._shapes, strict=True))
        return self.first.adjoint(first) + self.second.adjoint(second)

    def gram_in(self, basis: Basis) -> Tensor | None:
        first, second = self.first.gram_in(basis), self.second.gram_in(basis)
        return None if first is None or second is None else first + second

    @property
    def _shapes(self) -> tuple[Shape, Shape]:
        return self.first.out_shape, self.second.out_shape

    @property
    def _depth(self) -> int:
        """How far from the last the axis is along which the two are joined."""
        return len(self.out_shape) if self._along_channels else 1


def _joined(first: Shape, second: Shape) -> Shape:
    if first[1:] == second[1:]:
        return (first[0] + second[0], *first[1:])
    return 1, math.prod(first) + math.prod(second)
