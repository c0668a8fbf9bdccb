"""Networks that know the mean at every noise level, which is the score."""

from typing import Annotated, Literal

import torch
from torch import Tensor

from workbench.denoisers import ScoreDenoiser
from workbench.priors.base import unknown
from workbench.priors.can import Can
from workbench.priors.learned.learned import Channelwise, Learned
from workbench.tensors import Shape, shown

_SIDES = {"photographs": 32, "digits": 8}


class ScorePrior(Learned):
    """denoise(x, sigma) = the mean of what x was, sigma from 0.005 to 10. Score: (denoise(x, sigma) - x) / sigma^2.

    A family is what a network learned from: patches of 32 x 32 of grey photographs, or handwritten digits of 8 x 8.
    Other sides are refused unless `elsewhere`: it may look well and is no sample of anything known. Song & Ermon 2019,
    arXiv:1907.05600; Karras, Aittala, Aila & Laine 2022, arXiv:2206.00364.
    """

    formula = r"D(z, \sigma) = \mathbb{E}[x \mid z], \quad \nabla \log p_\sigma(z) = \frac{D(z, \sigma) - z}{\sigma^2}"

    can = Can.DENOISE | Can.SCORE

    def __init__(
        self,
        family: Annotated[Literal["photographs", "digits"], "signals that it learned from"] = "photographs",
        elsewhere: Annotated[bool, "signals of other sides than it learned from, at one's own risk"] = False,
        channelwise: Channelwise = False,
    ) -> None:
        super().__init__()
        self.family, self.elsewhere, self.channelwise = family, elsewhere, channelwise

    def forward(self, x: Tensor) -> Tensor:
        return unknown(x)

    def denoise(self, x: Tensor, sigma: float) -> Tensor:
        return self._each(x, lambda pictures: self._as(ScoreDenoiser, x)(pictures, sigma))

    def unfit(self, shape: Shape, dtype: torch.dtype) -> str:
        side = _SIDES[self.family]
        if len(shape) == 3 and not self.elsewhere and tuple(shape[1:]) != (side, side):
            learned = f"ScorePrior learned {self.family} of {side} x {side} px, and this is {shown(shape[1:])}"
            return f"{learned}: take a signal of {side} px, or switch on elsewhere to go on"
        return super().unfit(shape, dtype)

    def _name(self, channels: int) -> str:
        return f"score_{self.family}" if channels == 1 else ""
