"""A picture that is known, moved: what deformations share."""

import functools
from abc import abstractmethod
from collections.abc import Mapping
from typing import Annotated

import torch
from torch import Tensor

from workbench.operators import Field
from workbench.parametrisations.base import Parametrisation
from workbench.parametrisations.fields.splines import coefficients, sampled
from workbench.refusal import Refusal
from workbench.tensors import Constant, Shape, require_finite, shown

Moving = Annotated[Tensor | None, "picture that is moved, in the units of the data; left out, three soft spots"]
_WIDTH = 0.12  # of a spot, beside the side
_SPOTS = ((0.35, 1.0), (0.5, 0.6), (0.7, 0.8))  # where along every axis, and how bright


class Deformation(Parametrisation):
    """x(p) = m(q(p)): at each pixel p the value that a known picture m has at q(p) = p + displacement.

    m is read by cubic splines between its pixels, mirrored beyond its ends. The first displacement is 0.
    """

    field = Field.REAL

    def __init__(self, shape: Shape, blocks: Mapping[str, Shape], moving: Tensor | None) -> None:
        super().__init__(shape, blocks)
        self._picture = None if moving is None else _fitting(moving, shape, type(self).__name__)

    @functools.cached_property
    def _moving(self) -> Constant:
        """Coefficients of the picture, made when they are first asked for, as the places of its pixels are."""
        picture = _spots(self.out_shape) if self._picture is None else self._picture
        return Constant(coefficients(picture)[None])

    @functools.cached_property
    def _pixels(self) -> Constant:
        axes = torch.meshgrid(*(torch.arange(n, dtype=torch.float64) for n in self.out_shape[1:]), indexing="ij")
        return Constant(torch.stack(axes)[None])

    @abstractmethod
    def places(self, views: Mapping[str, Tensor]) -> Tensor:
        """Where each pixel looks, q(p), in px: (B, axes, *space)."""

    @abstractmethod
    def determinant(self, u: Tensor) -> Tensor:
        """det of the Jacobian of q at each pixel, (B, 1, *space): 1 keeps areas, below 0 the picture folds."""

    def displacement(self, u: Tensor) -> Tensor:
        """q(p) - p in px, (B, axes, *space)."""
        return self.places(self.views(u)) - self._pixels.like(u)

    def pictured(self, u: Tensor) -> dict[str, Tensor]:
        """The displacement in px, by axes, and the determinant."""
        return {"displacement": self.displacement(u), "determinant": self.determinant(u)}

    def made(self, views: Mapping[str, Tensor]) -> Tensor:
        places = self.places(views)
        return sampled(self._moving.like(places), places)[0]

    def start(self, picture: Tensor, rng: torch.Generator) -> Tensor:
        return picture.new_zeros((1, *self.in_shape))


def _fitting(moving: Tensor, shape: Shape, name: str) -> Tensor:
    """The picture in double precision, a grey one also without its channel, as files have it.

    Refusal where it is not of this shape, complex, or not finite.
    """
    if shape[0] == 1 and tuple(moving.shape) == tuple(shape[1:]):
        moving = moving[None]
    if moving.is_complex() or tuple(moving.shape) != tuple(shape):
        came = f"{'a complex' if moving.is_complex() else 'one of'} {shown(tuple(moving.shape))}"
        raise Refusal(f"a real picture of {shown(shape)} to move, for {name}", came, "resample it to that shape")
    require_finite(moving, "the picture to move")
    return moving.double()


def _spots(shape: Shape) -> Tensor:
    """Three soft spots, dimmer from channel to channel."""
    places = torch.meshgrid(*((torch.arange(n, dtype=torch.float64) + 0.5) / n for n in shape[1:]), indexing="ij")
    found = torch.zeros(shape[1:], dtype=torch.float64)
    for turn, (at, bright) in enumerate(_SPOTS):
        square = sum((place - (at if axis != turn else 1 - at)) ** 2 for axis, place in enumerate(places))
        found = found + bright * torch.exp(-torch.as_tensor(square) / (2 * _WIDTH**2))
    dimmer = torch.arange(1, shape[0] + 1, dtype=torch.float64).reshape(-1, *[1] * (len(shape) - 1))
    return found / dimmer
