"""Numbers over space that a prior keeps as plain rows: weights and guides."""

from abc import ABC, abstractmethod
from typing import Annotated, ClassVar

import torch
from torch import Tensor

from workbench.refusal import Refusal
from workbench.tensors import Constant, Shape, shown

Rows = tuple[tuple[float, ...], ...]
Guide = Annotated[Rows, "numbers over space, row by row (one row for one axis); none: the same everywhere"]


class FromPicture(ABC):
    """A prior whose numbers over space can be made of a first reconstruction; `map_argument` is what takes them."""

    map_argument: ClassVar[str]

    @abstractmethod
    def rows_from(self, x: Tensor) -> Rows:
        """The numbers for the edges of a picture, the first item of (B, C, *space)."""


def rows_of(x: Tensor) -> Rows:
    """Numbers over one or two axes, (*space), as rows."""
    if x.ndim not in (1, 2):
        raise Refusal("numbers over one or two axes in space", shown(tuple(x.shape)), "take a slice")
    return tuple(map(tuple, x.detach().double().cpu().reshape(-1, x.shape[-1]).tolist()))


def drawn(rows: Rows, owner: str) -> Constant | None:
    """The rows over space, float64: (*space); None where none are given. Refuses rows of several lengths."""
    if not rows:
        return None
    if len({len(row) for row in rows}) > 1 or not rows[0]:
        raise Refusal(f"rows of one length for {owner}", f"of {sorted({len(row) for row in rows})}", "fill them up")
    numbers = torch.tensor(rows, dtype=torch.float64)
    if not bool(numbers.isfinite().all()):
        raise Refusal(f"finite numbers for {owner}", "some that are not", "mask or replace them")
    return Constant(numbers[0] if len(rows) == 1 else numbers)


def misfit(numbers: Constant | None, shape: Shape) -> str:
    """Why these numbers do not suit a signal of this shape, as a sentence; empty where they do."""
    if numbers is None or tuple(numbers.value.shape) == tuple(shape[1:]):
        return ""
    there, here = shown(tuple(numbers.value.shape)), shown(tuple(shape[1:]))
    return f"it has a map of {there} px, and this signal {here}: make the map from a signal of that size"
