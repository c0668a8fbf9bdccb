"""A parametrisation x = phi(u): what is looked for, the unknown u, and the picture x that it makes."""

import math
from abc import abstractmethod
from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Any, ClassVar, Self

import torch
from torch import Tensor

from workbench.operators import LinearOperator, Operator
from workbench.parameters import changed
from workbench.parametrisations.block_priors import BlockPriors, Layout
from workbench.parametrisations.picture_prior import picture_prior
from workbench.parametrisations.unknown_operator import UnknownOperator, bare, through
from workbench.priors import OnUnknown, Prior
from workbench.refusal import Refusal, listed, one_of
from workbench.tensors import Shape, normal_like, shown, stream

PictureShape = Annotated[Shape, "shape of the picture: channels, then space in px"]


class Parametrisation(Operator):
    """x = phi(u): (B, 1, n) -> (B, *shape). u is one row of numbers in which the blocks stand one after the other.

    `views(u)` are the blocks by name and in their own shapes, `joined(views)` is u again; a subclass gives the shapes
    of its blocks, without the batch, and `made(views)`, the picture. The Jacobian `at(u)` is exact, by torch, unless a
    subclass knows better. The picture is `out_shape`, the unknown `in_shape`.
    """

    multilinear: ClassVar[bool] = False  # whether the picture is linear in each block, the others held
    freedom: ClassVar[str] = ""  # which unknowns make one picture, and which of them `balanced` and `nearest` take

    def __init__(self, shape: Shape, blocks: Mapping[str, Shape]) -> None:
        super().__init__((1, sum(map(math.prod, blocks.values()))), shape)
        self.layout = Layout(dict(blocks))

    @abstractmethod
    def made(self, views: Mapping[str, Tensor]) -> Tensor:
        """The picture of these blocks, (B, *shape)."""

    @abstractmethod
    def start(self, picture: Tensor, rng: torch.Generator) -> Tensor:
        """A first u near a first picture, (1, *shape), which may be 0: never a point at which the Jacobian is 0."""

    def forward(self, x: Tensor) -> Tensor:
        return self.made(self.layout.views(x))

    def views(self, u: Tensor) -> dict[str, Tensor]:
        """The blocks of u by name, (B, *own shape)."""
        self.check(u)
        return self.layout.views(u)

    def joined(self, views: Mapping[str, Tensor]) -> Tensor:
        """The u of these blocks; Refusal where one is missing, or has another shape."""
        return self.layout.joined(views)

    def picture(self, u: Tensor) -> Tensor:
        """phi(u)."""
        return self(u)

    def starts(self, picture: Tensor) -> Tensor:
        """A first u for each item of first pictures, (B, *shape), each with random numbers of its own."""
        seed, purpose = getattr(self, "seed", 0), f"start of {type(self).__name__}"
        each = enumerate(picture.split(1))
        return torch.cat([self.start(x, stream(seed, purpose, i, x.device)) for i, x in each])

    @property
    def signal_shape(self) -> Shape:
        return self.out_shape

    def fitted(self, shape: Shape, values: Mapping[str, Any] = MappingProxyType({})) -> Self:
        """The same for pictures of another shape, with some arguments replaced."""
        if self.out_shape == tuple(shape) and not values:
            return self
        return changed(self, **dict(values) | {"shape": tuple(shape)})

    def before(self, operator: Operator) -> Operator:
        """u -> A(phi(u)), for an A that takes pictures; Refusal where it does not take these."""
        operator = bare(operator)
        if operator.in_shape != self.out_shape:
            wanted = f"a parametrisation of {shown(operator.in_shape)} for {type(operator).__name__}"
            came = f"{type(self).__name__} of {shown(self.out_shape)}"
            raise Refusal(wanted, came, "give both the same shape")
        return through(operator, self)

    def on_picture(self, prior: Prior) -> Prior:
        """g(phi(u))."""
        return picture_prior(prior, self)

    def on_block(self, prior: OnUnknown) -> Prior:
        """g of one block of u."""
        one_of(f"a block of {type(self).__name__}", prior.block, self.layout.shapes)
        return BlockPriors(self.layout, (prior,))

    def balanced(self, u: Tensor) -> Tensor:
        """The u of the same picture whose blocks are of equal size, where there are many of one picture; else u."""
        return u

    def nearest(self, u: Tensor, other: Tensor) -> Tensor:
        """The balanced u that makes the same picture and is nearest to another balanced one: what errors are of."""
        return self.balanced(u)

    def trouble(self, u: Tensor) -> str:
        """What is wrong with an unknown that explains the data all the same, as a sentence; empty where nothing is."""
        return ""

    def pictured(self, u: Tensor) -> dict[str, Tensor]:
        """What is drawn of u, by name: its blocks, unless something else says more."""
        return self.views(u)


class LinearParametrisation(LinearOperator, Parametrisation):
    """x = phi u, with the exact adjoint: convex problems stay convex, and keep their certificates."""


def noisy(like: Tensor, rng: torch.Generator, size: float) -> Tensor:
    """Normal numbers of that standard deviation, shaped like `like`."""
    return size * normal_like(like, rng)


def require_axes(shape: Shape, count: int, name: str) -> None:
    """Refuse pictures of another number of axes."""
    if len(shape) != count + 1:
        raise Refusal(f"pictures of {count} axes for {name}", shown(shape), "take a signal that has them")


__all__ = [
    "LinearParametrisation",
    "Parametrisation",
    "PictureShape",
    "UnknownOperator",
    "listed",
    "noisy",
    "require_axes",
]
