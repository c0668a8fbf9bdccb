"""Atoms that are not known, and the code of every patch in them."""

import math
from collections.abc import Mapping
from typing import Annotated

import torch
from torch import Tensor

from workbench.operators import LinearOperator, Map
from workbench.parameters import Range
from workbench.parametrisations.base import Parametrisation, PictureShape, noisy
from workbench.ranges import SEEDS
from workbench.refusal import Refusal
from workbench.tensors import shown

_SPREAD = 0.1  # of a first atom, beside the patches of the first picture


class Dictionary(Parametrisation):
    """Each patch of x is a sum of atoms: blocks code, (1, patches, atoms), and atoms, (1, atoms, values of a patch).

    Patches of `patch` px a side lie side by side, with all channels. A prior L1 on the block code, `OnUnknown`, makes
    codes sparse, with PALM. The start has random patches of the first picture as atoms, and no code.
    Olshausen, Field 1996, doi 10.1038/381607a0.
    """

    formula = r"x_p = \sum_a c_{pa} d_a"
    multilinear = True
    freedom = "order, sign and scale of the atoms do not reach the picture; drawn are atoms of length 1"

    def __init__(
        self,
        shape: PictureShape = (1, 64, 64),
        atoms: Annotated[int, Range(1, 256, log=True, limits=(1, 100_000)), "number of atoms"] = 32,
        patch: Annotated[int, Range(2, 16, unit="px", limits=(1, 1024)), "side of a patch"] = 8,
        seed: Annotated[int, SEEDS, "which first atoms and codes"] = 0,
    ) -> None:
        if any(side % patch for side in shape[1:]):
            raise Refusal(f"sides of whole patches of {patch} px", shown(shape), "take a patch that divides the sides")
        count, values = math.prod(side // patch for side in shape[1:]), shape[0] * patch ** (len(shape) - 1)
        super().__init__(shape, {"code": (1, count, atoms), "atoms": (1, atoms, values)})
        self.shape, self.atoms, self.patch, self.seed = shape, atoms, patch, seed

    def made(self, views: Mapping[str, Tensor]) -> Tensor:
        return self._joined_patches(views["code"] @ views["atoms"])

    def at(self, x: Tensor) -> LinearOperator:
        """(dc, dd) -> dc d + c dd, patch by patch, in closed form."""
        here = self.views(x)
        code, atoms = here["code"], here["atoms"]

        def there(v: Tensor) -> Tensor:
            views = self.layout.views(v.to(x.dtype))
            return self._joined_patches(views["code"] @ atoms + code @ views["atoms"])

        def back(w: Tensor) -> Tensor:
            patches = self.patches(w.to(x.dtype))
            return self.joined({"code": patches @ atoms.mH, "atoms": code.mH @ patches})

        return Map((self.in_shape, self.out_shape), there, back, self.field)

    def _joined_patches(self, patches: Tensor) -> Tensor:
        """The pictures, (B, *shape), of patches side by side, (B, 1, patches, values)."""
        channels, *space = self.shape
        tiles = [side // self.patch for side in space]
        apart = patches.reshape(-1, *tiles, channels, *[self.patch] * len(space))
        return apart.permute(_together(len(space))).reshape(-1, *self.shape)

    def start(self, picture: Tensor, rng: torch.Generator) -> Tensor:
        rows = self.patches(picture)[0, 0]
        chosen = torch.randint(len(rows), (self.atoms,), generator=rng, device=rows.device)
        size = torch.linalg.vector_norm(rows) / math.sqrt(rows.numel())
        size = torch.where(size > 0, size, 1).item()
        atoms = rows[chosen] + noisy(rows[chosen], rng, _SPREAD * size)
        code = rows.new_zeros(len(rows), self.atoms)
        return self.joined({"code": code[None, None], "atoms": atoms[None, None]})

    def balanced(self, u: Tensor) -> Tensor:
        """Every atom of length 1, its code the longer for it."""
        views = self.views(u)
        size = torch.linalg.vector_norm(views["atoms"], dim=-1, keepdim=True)
        size = torch.where(size > 0, size, 1)
        return self.joined({"code": views["code"] * size.mT, "atoms": views["atoms"] / size})

    def pictured(self, u: Tensor) -> dict[str, Tensor]:
        """Atoms as patches."""
        views, sides = self.views(u), [self.patch] * (len(self.shape) - 1)
        return {"code": views["code"], "atoms": views["atoms"].reshape(-1, self.atoms, self.shape[0], *sides)}

    def patches(self, pictures: Tensor) -> Tensor:
        """The patches of pictures, a row each: (B, 1, patches, values)."""
        channels, *space = self.shape
        split = [n for side in space for n in (side // self.patch, self.patch)]
        order = _together(len(space))
        back = [order.index(axis) for axis in range(len(order))]
        apart = pictures.reshape(-1, channels, *split).permute(back)
        return apart.reshape(len(pictures), 1, -1, channels * self.patch ** len(space))


def _together(axes: int) -> list[int]:
    """Where batch, channels and pairs (tile, pixel) stand in (batch, tiles, channels, pixels)."""
    pairs = [axis for i in range(axes) for axis in (1 + i, 2 + axes + i)]
    return [0, 1 + axes, *pairs]
