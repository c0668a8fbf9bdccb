"""Smoothness along the edges of a grid."""

import functools
import itertools
from typing import Annotated, Self

import torch
from torch import Tensor

from workbench.operators import LinearOperator
from workbench.parameters import Range
from workbench.priors.base import Weight
from workbench.priors.gaussian.squared_map import SquaredMap
from workbench.priors.maps import FromPicture, Guide, Rows, drawn, misfit, rows_of
from workbench.tensors import Constant, Shape, shown

_MOST = 3  # axes of a volume


class GraphSmoothness(SquaredMap, FromPicture):
    """g(x) = weight / 2 sum over edges (i, j) of e_ij |x_i - x_j|^2 = weight / 2 <x, Lx>: smooth, but for the guide.

    The edges join neighbours, those that are diagonal in k axes with a k-th of the weight; one to three space axes,
    every channel by itself.
    With a guide u, e_ij falls by exp(-|u_i - u_j|^2 / (2 contrast^2)): edges of u stay free. Gilboa, Osher 2008,
    10.1137/070698592.
    """

    formula = r"g(x) = \frac{w}{2} \sum_{(i,j)} e_{ij} |x_i - x_j|^2 = \frac{w}{2} \langle x, L x\rangle"

    map_argument = "guide"

    def __init__(
        self,
        weight: Weight = 20.0,
        diagonals: Annotated[bool, "neighbours along diagonals, too: 8 in a picture rather than 4"] = False,
        guide: Guide = (),
        contrast: Annotated[
            float, Range(0.01, 1, log=True, limits=(1e-9, 1e9)), "difference of the guide that parts two pixels"
        ] = 0.1,
    ) -> None:
        super().__init__()
        self.weight, self.diagonals, self.guide, self.contrast = weight, diagonals, guide, contrast
        self._guide = drawn(guide, "GraphSmoothness.guide")

    @classmethod
    def guided_by(cls, x: Tensor, weight: float = 20.0, diagonals: bool = False, contrast: float = 0.1) -> Self:
        """The prior whose guide is the mean modulus of the channels of a picture, its first item."""
        return cls(weight, diagonals, rows_of(x[0].abs().mean(0)), contrast)

    def rows_from(self, x: Tensor) -> Rows:
        return self.guided_by(x).guide

    def lipschitz(self) -> float:
        return self._bound(_MOST)

    def lipschitz_on(self, shape: Shape) -> float:
        return self._bound(len(shape) - 1)

    def linear(self, shape: Shape) -> LinearOperator:
        return _Edges(shape, self._roots if self._guide else _plain(shape[1:], self.diagonals))

    def unfit(self, shape: Shape, dtype: torch.dtype) -> str:
        if len(shape) not in (2, 3, 4):
            return f"a grid has one to three space axes, and this signal is {shown(shape)}: take slices"
        return misfit(self._guide, shape)

    def _bound(self, axes: int) -> float:
        """By Gershgorin: twice the most that the weights of a pixel's edges add up to."""
        return 4 * self.weight * sum(1 / sum(map(abs, o)) for o in _offsets(axes, self.diagonals))

    @functools.cached_property
    def _roots(self) -> Constant:
        assert self._guide is not None
        u = self._guide.value[None, None]
        plain = _plain(tuple(u.shape[2:]), self.diagonals)
        steps = _Edges(tuple(u.shape[1:]), Constant((plain.value > 0).double()))(u)[0, 0]
        return Constant(plain.value * (-steps.square() / (4 * self.contrast**2)).exp())


def _offsets(axes: int, diagonals: bool) -> tuple[tuple[int, ...], ...]:
    """Half of all neighbours, one of each pair of opposite ones: the first step that is not 0 goes up."""
    every = [o for o in itertools.product((1, 0, -1), repeat=axes) if o > (0,) * axes]
    chosen = [o for o in every if diagonals or sum(map(abs, o)) == 1]
    return tuple(sorted(chosen, key=lambda o: sum(map(abs, o))))


@functools.lru_cache(maxsize=16)
def _plain(space: Shape, diagonals: bool) -> Constant:
    """The roots of the weights of all edges, by direction, at the pixel where each begins: (directions, *space)."""
    offsets = _offsets(len(space), diagonals)
    roots = torch.zeros(len(offsets), *space, dtype=torch.float64)
    for root, offset in zip(roots, offsets, strict=True):
        root[_ends(space, offset)[0]] = 1 / sum(map(abs, offset)) ** 0.5
    return Constant(roots)


def _ends(space: Shape, offset: tuple[int, ...]) -> tuple[tuple, tuple]:
    """Where the edges in a direction begin and end."""
    pairs = list(zip(space, offset, strict=True))
    begin = [slice(max(0, -o), n - max(0, o)) for n, o in pairs]
    end = [slice(max(0, o), n + min(0, o)) for n, o in pairs]
    return (..., *begin), (..., *end)


class _Edges(LinearOperator):
    """sqrt(e_ij) (x_j - x_i) at the pixel i where an edge begins, 0 where none does: -> (C, directions, *space)."""

    def __init__(self, shape: Shape, roots: Constant) -> None:
        super().__init__(shape, (shape[0], len(roots.value), *shape[1:]))
        self._roots = roots
        axes = len(shape) - 1
        self._places = [_ends(shape[1:], offset) for offset in _offsets(axes, len(roots.value) > axes)]

    def forward(self, x: Tensor) -> Tensor:
        steps = []
        for begin, end in self._places:
            step = torch.zeros_like(x)
            step[begin] = x[end] - x[begin]
            steps.append(step)
        return self._roots.like(x) * torch.stack(steps, 2)

    def adjoint(self, y: Tensor) -> Tensor:
        x = torch.zeros_like(y[:, :, 0])
        for step, (begin, end) in zip((self._roots.like(y) * y).unbind(2), self._places, strict=True):
            x[end] += step[begin]
            x[begin] -= step[begin]
        return x
