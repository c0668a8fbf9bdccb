"""The quadratic envelope of a level of sparsity: at most so many blocks."""

from typing import Annotated

import torch
from torch import Tensor

from workbench.parameters import Range
from workbench.priors.base import Prior
from workbench.priors.can import Can
from workbench.priors.sparsity.square_blocks import Side, block_sizes, scaled_blocks

_HALVINGS = 100  # of the interval in which the common level of a prox lies: more than any dtype tells apart


class BlockEnvelope(Prior):
    """g(x) = weight / 2 (|s|_k^2 - |s|^2), s the norms of square blocks of pixels and |.|_k the k-support norm.

    The largest function below "0 where at most k blocks are not 0, else infinite" that weight |x|^2 / 2 makes convex: 0
    for k blocks, which are not shrunk, unlike those of BlockL1, and finite elsewhere. With a misfit that bends by as
    much it is convex, and with one that bends less the least are those of the constraint itself. Its prox at steps
    from 1 / weight on keeps the k largest blocks. Argyriou, Foygel & Srebro 2012, arXiv:1204.5043; Carlsson 2019,
    doi 10.1007/s10957-019-01541-8.
    """

    formula = r"g(x) = \frac{w}{2}\left(|s|_{k}^2 - |s|_2^2\right), \quad s_B = |x_B|_2"

    can = Can.VALUE | Can.PROX | Can.SPLIT | Can.DENOISE
    keeps_sign = True

    def __init__(
        self,
        weight: Annotated[float, Range(1e-2, 1e3, log=True, limits=(0, 1e9)), "curvature of the misfit it meets"] = 1.0,
        count: Annotated[int, Range(1, 200, log=True, limits=(1, 10**9)), "k, blocks that cost nothing"] = 20,
        side: Side = 4,
    ) -> None:
        super().__init__()
        self.weight, self.count, self.side = weight, count, side

    def forward(self, x: Tensor) -> Tensor:
        sizes = block_sizes(x, self.side).flatten(1)
        return self.weight / 2 * (_support_square(sizes, self.count) - sizes.square().sum(1)).clamp_min(0)

    def prox(self, x: Tensor, step: float) -> Tensor:
        """x at step 0; u = (x - a z) / (1 - a) with z the prox of the k largest squares, a = step weight < 1."""
        a = step * self.weight
        sizes = block_sizes(x, self.side)
        s = sizes.flatten(1)
        if s.shape[1] <= self.count or a == 0:
            return x
        if a >= 1:
            kept = s.topk(self.count, 1)
            new = torch.zeros_like(s).scatter(1, kept.indices, kept.values)
        else:
            new = ((s - a * _shrunk_largest(s / a, self.count, (1 - a) / a)) / (1 - a)).clamp_min(0)
        return scaled_blocks(x, (new.reshape(sizes.shape) / sizes).where(sizes > 0, 0.0), self.side)

    def strong_convexity(self) -> float:
        return -self.weight


def _support_square(sizes: Tensor, k: int) -> Tensor:
    """The square of the k-support norm, (B,): with r small enough, of the largest k - r - 1 and of the sum of others.

    |s|_k^2 = sum_{i < k - r} s_i^2 + (sum_{i >= k - r} s_i)^2 / (r + 1), s falling, where the mean that the tail has in
    r + 1 places lies between s_{k - r - 1} and s_{k - r}.
    """
    s = sizes.sort(1, descending=True).values
    if s.shape[1] <= k:
        return s.square().sum(1)
    r = torch.arange(k, device=s.device)
    ends = s.flip(1).cumsum(1).flip(1)
    heads = torch.cat([torch.zeros_like(s[:, :1]), s.square().cumsum(1)], 1)
    first = k - 1 - r  # the place, from 0, where the tail begins
    mean = ends[:, first] / (r + 1)
    before = torch.cat([torch.full_like(s[:, :1], torch.inf), s], 1)[:, first]
    right = (before > mean) & (mean >= s[:, first])
    chosen = right.to(torch.int8).argmax(1, keepdim=True)
    tail = (ends[:, first].square() / (r + 1)).gather(1, chosen)[:, 0]
    return heads[:, first].gather(1, chosen)[:, 0] + tail


def _shrunk_largest(y: Tensor, k: int, c: float) -> Tensor:
    """argmin_z |z - y|^2 / 2 + c / 2 (sum of the k largest z^2), y >= 0, (B, N): by halving for the common level.

    The k largest become y / (1 + c), others stay, but for those that would change their order: these meet in one level.
    """
    order = y.argsort(1, descending=True)
    sorted_y = y.gather(1, order)
    top, rest = sorted_y[:, :k], sorted_y[:, k:]
    low, high = torch.zeros_like(y[:, :1]), sorted_y[:, :1].clone()
    for _ in range(_HALVINGS):
        level = (low + high) / 2
        raised = ((1 + c) * level - top).clamp_min(0).sum(1, keepdim=True)
        above = raised > (rest - level).clamp_min(0).sum(1, keepdim=True)
        low, high = torch.where(above, low, level), torch.where(above, level, high)
    found = torch.cat([torch.maximum(top / (1 + c), high), torch.minimum(rest, high)], 1)
    plain = torch.cat([top / (1 + c), rest], 1)
    apart = plain[:, k - 1 : k] >= plain[:, k : k + 1]
    return torch.zeros_like(y).scatter(1, order, torch.where(apart, plain, found))
