"""Mixtures of channels."""

from typing import Annotated, Literal

import torch
from torch import Tensor

from workbench.operators.base import SignalShape
from workbench.operators.separable import Separable
from workbench.ranges import SEEDS
from workbench.refusal import Refusal
from workbench.tensors import stream

_STANDARD = {
    "luminance": [[0.299, 0.587, 0.114]],
    "opponent": [[3**-0.5, 3**-0.5, 3**-0.5], [2**-0.5, -(2**-0.5), 0.0], [6**-0.5, 6**-0.5, -2 * 6**-0.5]],
}


class Colour(Separable):
    """Each pixel's channels times a matrix: colour from grey, unmixing of filters.

    "luminance" is 0.299 R + 0.587 G + 0.114 B (Rec. 601), "opponent" the orthonormal grey, red-green, yellow-blue;
    both want 3 channels. "random" are as many mixtures as channels, with seeded weights that sum to 1.
    """

    formula = r"(Ax)_{c,i} = \sum_{d} M_{cd}\, x_{d,i}"

    def __init__(
        self,
        shape: SignalShape = (3, 64, 64),
        mixing: Annotated[Literal["luminance", "opponent", "random"], "matrix of the mixtures"] = "luminance",
        seed: Annotated[int, SEEDS, "which random weights"] = 0,
    ) -> None:
        super().__init__(shape, [_matrix(mixing, shape[0], seed), *[None] * (len(shape) - 1)])
        self.shape, self.mixing, self.seed = shape, mixing, seed


def _matrix(mixing: str, channels: int, seed: int) -> Tensor:
    if mixing == "random":
        weights = torch.rand(channels, channels, generator=stream(seed, "weights of colours"), dtype=torch.float64)
        return weights / weights.sum(1, keepdim=True)
    if channels != 3:
        remedy = "take a colour signal, or random mixtures"
        raise Refusal(f"3 channels for Colour with mixing={mixing!r}", str(channels), remedy)
    return torch.tensor(_STANDARD[mixing], dtype=torch.float64)
