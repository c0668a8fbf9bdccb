"""An auto-encoder without convolutions, for signals of a few numbers."""

from itertools import pairwise
from typing import Annotated

import torch
from torch import Tensor, nn
from torch.nn import functional

from workbench.denoisers.base import Level, per_item
from workbench.denoisers.conv import Conv
from workbench.denoisers.network import Channels, Width
from workbench.denoisers.residual import ResidualDenoiser
from workbench.parameters import Range
from workbench.tensors import Shape, shown

_Side = Range(1, 32, limits=(1, 256), unit="px")


class DenseAutoEncoder(ResidualDenoiser):
    """R(x, level) = decoder(encoder(x, level)): all numbers of x into `width` features, a code, and back.

    Fully connected, two layers each way, with h sigmoid(h) between them, for signals of one shape. Trained to remove
    noise its residual tends to the score. Vincent et al. 2008, 10.1145/1390156.1390294; Alain & Bengio 2014,
    arXiv:1211.4246.
    """

    def __init__(
        self,
        channels: Channels = 1,
        rows: Annotated[int, _Side, "rows of a signal"] = 1,
        columns: Annotated[int, _Side, "columns of a signal"] = 2,
        width: Width = 64,
        code: Annotated[int, Range(1, 128, log=True, limits=(1, 4096)), "numbers of the code"] = 32,
    ) -> None:
        super().__init__()
        self.channels, self.rows, self.columns, self.width, self.code = channels, rows, columns, width, code
        count = channels * rows * columns
        sizes = [count + 1, width, code, width]
        self.layers = nn.ModuleList(Conv(few, many, 1).biased() for few, many in pairwise(sizes))
        self.last = Conv(width, count, 1).biased().scaled(0.1)

    def unfit(self, shape: Shape, dtype: torch.dtype) -> str:
        wanted = (self.channels, self.rows, self.columns)
        if sentence := super().unfit(shape, dtype):
            return sentence
        return "" if shape == wanted else f"DenseAutoEncoder was made for {shown(wanted)} and not {shown(shape)}"

    def residual(self, x: Tensor, level: Level) -> Tensor:
        h = x.flatten(1)[..., None, None]
        h = torch.cat([h, per_item(level, h)[:, :1]], 1)
        for layer in self.layers:
            h = functional.silu(layer(h))
        return self.last(h).reshape(x.shape)
