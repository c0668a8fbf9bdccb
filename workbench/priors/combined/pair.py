"""Two split priors as one, for the images of both linear maps on top of each other."""

import math
from collections.abc import Callable

import torch
from torch import Tensor

from workbench.operators import Basis, LinearOperator, Stack
from workbench.priors.base import Prior
from workbench.priors.can import Can
from workbench.refusal import Refusal
from workbench.tensors import Shape, shown

_KEPT = Can.VALUE | Can.PROX | Can.SPLIT | Can.CONVEX | Can.CONJUGATE


class Pair(Prior):
    """(z_1, z_2) -> first(z_1) + second(z_2) on a stack, (B, rows, *space), that `cut` takes apart."""

    def __init__(self, first: Prior, second: Prior, cut: Callable[[Tensor], tuple[Tensor, Tensor]]) -> None:
        super().__init__()
        self.first, self.second, self.cut = first, second, cut
        self.can = first.can & second.can & _KEPT

    def forward(self, x: Tensor) -> Tensor:
        one, two = self.cut(x)
        return self.first(one) + self.second(two)

    def prox(self, x: Tensor, step: float) -> Tensor:
        one, two = self.cut(x)
        return _joined(self.first.prox(one, step), self.second.prox(two, step), x)

    def conjugate_prox(self, z: Tensor, step: float) -> Tensor:
        one, two = self.cut(z)
        return _joined(self.first.conjugate_prox(one, step), self.second.conjugate_prox(two, step), z)

    def conjugate(self, z: Tensor) -> Tensor:
        one, two = self.cut(z)
        return self.first.conjugate(one) + self.second.conjugate(two)

    def in_a_set(self, w: Tensor, shape: Shape) -> Tensor | None:
        """w as the part of a set, 0 as the other, on a stack of this shape; None where no part is a set of such w."""
        one, two = self.cut(w.new_zeros(len(w), *shape))
        if Can.PROJECTION in self.second.can and two.shape == w.shape:
            return _joined(one, w, w)
        return _joined(w, two, w) if Can.PROJECTION in self.first.can and one.shape == w.shape else None


class _Rows(LinearOperator):
    """K x as rows over the space of x: (C, *space) -> (rows, *space)."""

    def __init__(self, linear: LinearOperator) -> None:
        super().__init__(linear.in_shape, (rows(linear), *linear.in_shape[1:]))
        self.linear_map, self.field = linear, linear.field

    def forward(self, x: Tensor) -> Tensor:
        return self.linear_map(x).reshape(-1, *self.out_shape)

    def adjoint(self, y: Tensor) -> Tensor:
        return self.linear_map.adjoint(y.reshape(-1, *self.linear_map.out_shape))

    def gram_in(self, basis: Basis) -> Tensor | None:
        return self.linear_map.gram_in(basis)


def rows(linear: LinearOperator) -> int:
    """How many signals over space the image of a map holds."""
    height, left = divmod(math.prod(linear.out_shape), math.prod(linear.in_shape[1:]))
    if left:
        came = f"{type(linear).__name__} into {shown(linear.out_shape)}"
        raise Refusal("linear maps into signals over the same space, to stack them", came, "use one prior alone")
    return height


def stack(first: LinearOperator, second: LinearOperator) -> LinearOperator:
    """x -> (K_1 x, K_2 x) as rows over the space of x."""
    return Stack(_Rows(first), _Rows(second))


def cut(z: Tensor, shapes: tuple[Shape, Shape]) -> tuple[Tensor, Tensor]:
    """The two images in a stack, in their own shapes."""
    height = math.prod(shapes[0]) // math.prod(z.shape[2:])
    one, two = z[:, :height], z[:, height:]
    return one.reshape(-1, *shapes[0]), two.reshape(-1, *shapes[1])


def _joined(one: Tensor, two: Tensor, like: Tensor) -> Tensor:
    shape = (len(like), -1, *like.shape[2:])
    return torch.cat([one.reshape(shape), two.reshape(shape)], 1)
