"""Two factors of a stack of pictures, such as a film."""

from collections.abc import Mapping
from typing import Annotated

import torch
from torch import Tensor

from workbench.operators import Field
from workbench.parameters import Range
from workbench.parametrisations.base import Parametrisation, PictureShape, noisy, require_axes
from workbench.parametrisations.factors.low_rank import factors, require_rank, turned
from workbench.ranges import SEEDS

_LEAST = 1e-3  # of the largest singular value: what is missing in the first stack begins with it


class TubalProduct(Parametrisation):
    """x = U * V^T, the t-product: periodic convolutions along the last axis, in whose Fourier modes each is a product.

    Blocks left, (C, rows, rank, depth), and right, (C, columns, rank, depth), of stacks (C, rows, columns, depth):
    every mode has at most that rank. The start has the largest singular vectors of each mode.
    Kilmer, Martin 2011, doi 10.1016/j.laa.2010.09.020.
    """

    formula = r"\hat x_f = \hat U_f \hat V_f^\top"
    field = Field.REAL
    multilinear = True
    freedom = "each Fourier mode of the tubes has a G of its own, as in LowRank; drawn are factors of equal size"

    def __init__(
        self,
        shape: PictureShape = (1, 16, 16, 8),
        rank: Annotated[int, Range(1, 50, log=True, limits=(1, 100_000)), "columns of each factor"] = 3,
        seed: Annotated[int, SEEDS, "which random factors, for a first stack that is 0"] = 0,
    ) -> None:
        require_axes(shape, 3, "TubalProduct")
        require_rank(rank, shape[1:3], "TubalProduct")
        channels, rows, columns, depth = shape
        super().__init__(shape, {"left": (channels, rows, rank, depth), "right": (channels, columns, rank, depth)})
        self.shape, self.rank, self.seed = shape, rank, seed

    def made(self, views: Mapping[str, Tensor]) -> Tensor:
        left, right = (_modes(views[name]) for name in ("left", "right"))
        return self._stack(left @ right.mT)

    def start(self, picture: Tensor, rng: torch.Generator) -> Tensor:
        if not bool(picture.any()):
            picture = self(noisy(picture.new_zeros((1, *self.in_shape)), rng, 1.0))
        left, values, right = torch.linalg.svd(_modes(picture), full_matrices=False)
        values = values[..., : self.rank].clamp_min(_LEAST * values.amax())
        return self._rooted(left[..., : self.rank], values, right[..., : self.rank, :].mT)

    def balanced(self, u: Tensor) -> Tensor:
        views = self.views(u)
        return self._rooted(*factors(_modes(views["left"]), _modes(views["right"])))

    def nearest(self, u: Tensor, other: Tensor) -> Tensor:
        """Turned to the other, mode by mode."""
        here, there = self.views(self.balanced(u)), self.views(other)
        pairs = [(_modes(views["left"]), _modes(views["right"])) for views in (here, there)]
        left, right = turned(*pairs)
        return self.joined({"left": self._stack(left), "right": self._stack(right)})

    def _rooted(self, left: Tensor, values: Tensor, right: Tensor) -> Tensor:
        root = values.sqrt()[..., None, :].to(left)
        return self.joined({"left": self._stack(left * root), "right": self._stack(right * root)})

    def _stack(self, modes: Tensor) -> Tensor:
        return torch.fft.irfft(modes, n=self.shape[3], dim=2).movedim(2, -1)


def _modes(stack: Tensor) -> Tensor:
    """Matrices of each mode of the last axis: (B, C, modes, rows, columns)."""
    return torch.fft.rfft(stack, dim=-1).movedim(-1, 2)
