"""The divergence of positive numbers, of which misfits of counts and of intensities and entropies are sums."""

import torch
from torch import Tensor

_NEAR = 0.1  # |u - y| / (u + y) below which the logarithm is a series
_TERMS = {torch.float32: 4, torch.float64: 9}  # of it that count there


def divergence(u: Tensor, y: Tensor, excess: Tensor) -> Tensor:
    """u - y - y log(u / y) >= 0, entry by entry, of u > 0 and y >= 0, to the rounding of `excess` = u - y.

    Who makes u knows the excess to more digits than u itself has. As it stands the formula loses them all where u is
    near y: there log(u / y) = 2 artanh s, s = excess / (u + y), whose first term is taken off the excess by hand.
    Loader 2000, "Fast and accurate computation of binomial probabilities".
    """
    s = excess / (u + y)
    square = s.square()
    series = torch.zeros_like(square)
    for j in reversed(range(_TERMS.get(s.dtype, 9))):
        series = series * square + 1 / (2 * j + 3)
    near = excess * s - 2 * y * s * square * series
    ratio = (u / torch.where(y > 0, y, 1)).clamp_max(torch.finfo(s.dtype).max)  # its logarithm times y is 0 beyond
    far = excess - torch.xlogy(y, ratio)
    return torch.where(s.abs() < _NEAR, near, far)
