"""A network that restores, as a prior."""

import torch
from torch import Tensor

from workbench.denoisers import SuperResolution
from workbench.operators import Downsample, LinearOperator
from workbench.priors.base import unknown
from workbench.priors.can import Can
from workbench.priors.learned.learned import Channelwise, Learned
from workbench.tensors import Shape, shown


class RestorationPrior(Learned):
    """restore(s) = a picture from s = H x, H the means of 2 x 2 pixels: a network of super-resolution as a prior.

    It learned noise of 0.01 in s. A value it has none, so g(x) is NaN. Hu, Delbracio, Milanfar & Kamilov 2024,
    arXiv:2310.01831.
    """

    formula = r"R(H x) \approx x"

    can = Can.RESTORE

    def __init__(self, channelwise: Channelwise = False) -> None:
        super().__init__()
        self.channelwise = channelwise

    def forward(self, x: Tensor) -> Tensor:
        return unknown(x)

    def degradation(self, shape: Shape) -> LinearOperator:
        return Downsample(shape, SuperResolution.factor)

    def restore(self, s: Tensor) -> Tensor:
        return self._each(s, self._as(SuperResolution, s))

    def unfit(self, shape: Shape, dtype: torch.dtype) -> str:
        if len(shape) == 3 and any(side % SuperResolution.factor for side in shape[1:]):
            return f"RestorationPrior halves the sides, and {shown(shape[1:])} px are odd: crop to even sides"
        return super().unfit(shape, dtype)

    def _misfit(self, shape: Shape, dtype: torch.dtype) -> str:
        return super().unfit(shape, dtype)

    def _name(self, channels: int) -> str:
        return "super_resolution" if channels == 1 else ""
