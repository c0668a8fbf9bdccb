"""What networks have in common: a description, weights drawn from a seed, and signals they take."""

from abc import ABC
from typing import Annotated, Self

import torch
from torch import nn

from workbench.denoisers.conv import Conv
from workbench.parameters import Checked, Range
from workbench.tensors import Shape, shown

Channels = Annotated[int, Range(1, 4, limits=(1, 64)), "channels of the pictures, 1 for grey, 3 for colour"]
Width = Annotated[int, Range(8, 128, log=True, limits=(1, 1024)), "features of a layer"]
Depth = Annotated[int, Range(2, 20, limits=(2, 100)), "layers"]


class ImageNetwork(nn.Module, ABC, metaclass=Checked):
    """A network for pictures (B, C, H, W) of any size. Its weights are 0 until they are drawn or loaded."""

    channels: int

    def drawn(self, rng: torch.Generator) -> Self:
        """This network with first weights from `rng`, normal with a variance that keeps the size of the features."""
        with torch.no_grad():
            for layer in self.modules():
                if isinstance(layer, Conv):
                    layer.draw(rng)
        return self

    def unfit(self, shape: Shape, dtype: torch.dtype) -> str:
        """Why this network does not take signals of this shape and dtype, as a sentence; empty where it does."""
        name = type(self).__name__
        if dtype.is_complex:
            return f"{name} takes real signals, and these are complex"
        if len(shape) != 3:
            return f"{name} takes pictures, channels x rows x columns, and not {shown(shape)}"
        if shape[0] != self.channels:
            count = "1 channel" if self.channels == 1 else f"{self.channels} channels"
            return f"{name} was made for {count} and not {shape[0]}"
        return ""
