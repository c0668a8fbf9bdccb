"""The l1 norm of blocks of pixels."""

from torch import Tensor

from workbench.priors.base import Prior, Weight
from workbench.priors.can import Can
from workbench.priors.norm_balls import zero_inside
from workbench.priors.sparsity.square_blocks import Side, block_sizes, scaled_blocks


class BlockL1(Prior):
    """g(x) = weight sum over square blocks of pixels of their Euclidean norms: what vanishes does so block by block.

    All channels of a block belong to it; blocks do not overlap, and the last of a row may be narrower. The prox shrinks
    each block as a whole. Yuan & Lin 2006, doi 10.1111/j.1467-9868.2005.00532.x.
    """

    formula = r"g(x) = w \sum_{B} |x_B|_2"

    can = Can.VALUE | Can.PROX | Can.SPLIT | Can.DENOISE | Can.CONVEX | Can.CONJUGATE
    keeps_sign = True

    def __init__(self, weight: Weight = 1.0, side: Side = 4) -> None:
        super().__init__()
        self.weight, self.side = weight, side

    def forward(self, x: Tensor) -> Tensor:
        return self.weight * block_sizes(x, self.side).flatten(1).sum(1)

    def prox(self, x: Tensor, step: float) -> Tensor:
        sizes = block_sizes(x, self.side)
        left = (sizes - step * self.weight).clamp_min(0)
        return scaled_blocks(x, (left / sizes).where(left > 0, 0.0), self.side)

    def conjugate_prox(self, z: Tensor, step: float) -> Tensor:
        # g* is 0 on a convex set and infinite outside, so its prox is the projection for every step.
        sizes = block_sizes(z, self.side)
        return scaled_blocks(z, (self.weight / sizes).where(sizes > self.weight, 1.0), self.side)

    def conjugate(self, z: Tensor) -> Tensor:
        return zero_inside(block_sizes(z, self.side), self.weight)
