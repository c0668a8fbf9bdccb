"""Missing pixels."""

import functools
from typing import Annotated, Literal

import torch
from torch import Tensor

from workbench.operators.base import LinearOperator, SignalShape
from workbench.operators.diagonalisation import Diagonalisation, weighted
from workbench.operators.shapes import mask_of, space_of
from workbench.parameters import Range, changed
from workbench.ranges import SEEDS
from workbench.refusal import Refusal
from workbench.tensors import Constant, Shape, stream


class Mask(LinearOperator):
    """A x = mask x, with mask in {0, 1} and the same in every channel: inpainting, dead pixels.

    "random" keeps round(keep * pixels) pixels, and a larger `keep` keeps those of a smaller one; "block" loses a
    centred block of the signal's proportions. An array of 0 and 1 is the mask: `keep` and `seed` then say nothing.
    """

    formula = r"A x = m \odot x, \quad m_i \in \{0, 1\}"

    nonnegative = True

    def __init__(
        self,
        shape: SignalShape = (1, 64, 64),
        keep: Annotated[float, Range(0.05, 1, limits=(0, 1)), "fraction of the pixels that are measured"] = 0.5,
        pattern: Annotated[
            Literal["random", "block"] | Tensor, "where pixels are missing, or the mask itself"
        ] = "random",
        seed: Annotated[int, SEEDS, "which random pixels"] = 0,
    ) -> None:
        super().__init__(shape, shape)
        self.shape, self.keep, self.pattern, self.seed = shape, keep, pattern, seed
        space = space_of(shape, "Mask")
        if isinstance(pattern, Tensor):
            mask = mask_of(pattern, space, "Mask.pattern")
        else:
            mask = _scattered(space, keep, seed) if pattern == "random" else _around_block(space, keep)
        if not bool(mask.any()):
            raise Refusal("a mask that keeps a pixel", f"keep = {keep:g} of {mask.numel()}", "raise keep")
        self._mask = Constant(mask.to(torch.float64))

    def mask(self) -> Tensor:
        """The mask over space, float64."""
        return self._mask.value

    def forward(self, x: Tensor) -> Tensor:
        return self._mask.like(x) * x

    def adjoint(self, y: Tensor) -> Tensor:
        return self._mask.like(y) * y

    def losing(self, lost: Tensor) -> "Mask":
        return changed(self, pattern=self.mask() * ~lost)

    @functools.cached_property
    def diagonal(self) -> Diagonalisation:
        return Diagonalisation(self._mask, weighted, "pixels")


def _scattered(space: Shape, keep: float, seed: int) -> Tensor:
    score = torch.rand(space, generator=stream(seed, "pixels"), dtype=torch.float64)
    mask = torch.zeros(space, dtype=torch.bool)
    mask.view(-1)[score.view(-1).argsort()[: round(keep * score.numel())]] = True
    return mask


def _around_block(space: Shape, keep: float) -> Tensor:
    mask = torch.ones(space, dtype=torch.bool)
    hole = [round(side * (1 - keep) ** (1 / len(space))) for side in space]
    starts = [(side - lost) // 2 for side, lost in zip(space, hole, strict=True)]
    mask[tuple(slice(start, start + lost) for start, lost in zip(starts, hole, strict=True))] = False
    return mask
