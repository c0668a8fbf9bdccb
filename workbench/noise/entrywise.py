"""Noises that know a number for each of the data, such as a measured background."""

import functools
from typing import ClassVar

from torch import Tensor

from workbench.noise.base import Noise
from workbench.parameters import changed, describe
from workbench.refusal import Refusal
from workbench.tensors import Constant, require_finite, shown


class Entrywise(Noise):
    """A noise of which one argument, that which `mapped` names, is a number or a map: an array like the data.

    A map has a number for each entry of an item, (*shape of the data) as they are after their steps; data of one
    channel may leave that axis out. Nothing else is stretched to fit.
    """

    mapped: ClassVar[str]

    def __post_init__(self) -> None:
        given = getattr(self, self.mapped)
        if not isinstance(given, Tensor):
            return
        name = f"{type(self).__name__}.{self.mapped}"
        if given.is_complex():
            raise Refusal(f"real numbers for {name}", "complex ones", "give their real part or modulus")
        if not given.numel():
            raise Refusal(f"numbers for {name}", f"none, {shown(tuple(given.shape))}", "give one for each of the data")
        require_finite(given, name)
        self._refuse(given.double(), name)

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and describe(self) == describe(other)

    def __hash__(self) -> int:
        return hash(str(describe(self)))

    def unfit(self, y: Tensor) -> str:
        given = getattr(self, self.mapped)
        if not isinstance(given, Tensor) or self._like(y):
            return ""
        shapes = f"{shown(tuple(given.shape))}, and an item of the data {shown(tuple(y.shape[1:]))}"
        return f"{type(self).__name__}.{self.mapped} is {shapes}: give a number for each of the data, as they are used"

    def of(self, kept: Tensor) -> Noise:
        given = getattr(self, self.mapped)
        if not isinstance(given, Tensor) or not given.ndim:
            return self
        return changed(self, **{self.mapped: given.reshape(kept.shape)[kept.to(given.device)]})

    def entries(self, like: Tensor) -> float | Tensor:
        """The number, or the map beside data: (1, *shape of the data). Refusal where these are of another shape."""
        given = getattr(self, self.mapped)
        if not isinstance(given, Tensor):
            return given
        if not self._like(like):
            wanted = f"data of {shown(tuple(given.shape))} as {type(self).__name__}.{self.mapped}"
            raise Refusal(wanted, shown(tuple(like.shape[1:])), "give a number for each of the data, as they are used")
        return self._constant.like(like).reshape(1, *(like.shape[1:] if given.ndim else ()))

    def _refuse(self, given: Tensor, name: str) -> None:
        """Refuse a map that this noise cannot have; in double precision, finite."""

    @functools.cached_property
    def _constant(self) -> Constant:
        return Constant(getattr(self, self.mapped).detach().double())

    def _like(self, y: Tensor) -> bool:
        shape = tuple(getattr(self, self.mapped).shape)
        return shape in ((), tuple(y.shape[1:])) or (y.ndim > 2 and y.shape[1] == 1 and shape == tuple(y.shape[2:]))
