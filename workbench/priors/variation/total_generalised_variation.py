"""Total generalised variation of second order."""

from typing import Annotated

import torch
from torch import Tensor

from workbench.kernels import tgv as kernel
from workbench.operators import LinearOperator
from workbench.operators.differences.second_differences import SecondDifferences
from workbench.parameters import Range
from workbench.priors.base import Nearing, Prior, Weight
from workbench.priors.can import Can
from workbench.priors.norm_balls import zero_inside
from workbench.priors.variation.grids import no_differences
from workbench.priors.variation.iterative import told
from workbench.tensors import Each, Shape, abs2, column, real_of, spread

_QUICK = 3  # steps of the prox in the time of one of the value
_FINE, _SHORT = 1e-12, 0.03  # a prox whose dual is asked for: its gap, and its t in spreads of x


class TotalGeneralisedVariation(Prior):
    """g(x) = min_w weight (sum |Dx - w|_2 + ratio sum |Ew|_2): few edges and few bends, slopes in between.

    D are forward, E symmetrised backward differences of each channel, moduli where x is complex; one or two space
    axes; affine signals cost nothing. Value and prox are iterative, the value from above, and stop by a duality gap, or
    warn that they did not get there.
    Bredies, Kunisch, Pock 2010, 10.1137/090769521.
    """

    formula = r"g(x) = \min_v\; w \left(\sum_i |(Dx - v)_i| + \text{ratio} \sum_i |(Ev)_i|\right)"

    can = Can.VALUE | Can.PROX | Can.SPLIT | Can.DENOISE | Can.CONVEX
    suits = frozenset({"piecewise constant", "piecewise affine"})
    gradual = 20

    def __init__(
        self,
        weight: Weight = 10.0,
        ratio: Annotated[float, Range(0.5, 10, log=True, limits=(0, 1e9)), "price of a bend, in pixels of edge"] = 2.0,
        tolerance: Annotated[
            float,
            Range(1e-8, 1e-2, log=True, limits=(0, 1)),
            "gap, relative to the objective, that ends prox and value",
        ] = 1e-5,
        iterations: Annotated[
            int, Range(10, 10_000, log=True, limits=(1, 1e7)), "most steps of the value, a third of those of the prox"
        ] = 300,
    ) -> None:
        super().__init__()
        self.weight, self.ratio, self.tolerance, self.iterations = weight, ratio, tolerance, iterations

    def forward(self, x: Tensor) -> Tensor:
        return self._support(kernel.second(x))

    def prox(self, x: Tensor, step: float) -> Tensor:
        t = torch.full((len(x),), step * self.weight, dtype=real_of(x.dtype), device=x.device)
        found = kernel.tgv_solve(x, t, self.ratio, self.tolerance, self._most)
        return told(found, type(self), self.tolerance, self._most).x

    def nearing(self, x: Tensor, step: Each, count: int, found: Nearing | None = None) -> Nearing:
        before = kernel.TGVDescent(*found.memory) if found and found.x.shape == x.shape and found.memory else None
        after = kernel.tgv_advance(x, self.weight * column(step, x), self.ratio, count, before)
        return Nearing(after.x, tuple(after))

    def conjugate_prox(self, z: Tensor, step: float) -> Tensor:
        # g* is 0 on a convex set and infinite outside, so its prox is the projection for every step.
        return z - self.prox(z, 1.0)

    def dual_split(self, shape: Shape) -> tuple[Prior, LinearOperator]:
        return self._support, SecondDifferences(shape)

    def multiplier(self, x: Tensor, z: Tensor) -> Tensor:
        # At a minimum x = prox(x + t / weight z), and the dual of that prox is q / weight.
        if self.weight == 0:
            return torch.zeros_like(kernel.second(x))
        middle = x.flatten(1).mean(1)
        t = _SHORT * abs2(x - spread(middle, x)).flatten(1).mean(1).sqrt()
        ahead = x + spread(t / self.weight, x) * z
        return self.weight * kernel.tgv_solve(ahead, t, self.ratio, _FINE, self._most).dual

    def unfit(self, shape: Shape, dtype: torch.dtype) -> str:
        return no_differences(shape, most=2)

    @property
    def _most(self) -> int:
        """Steps of the prox, which are as dear together as those of the value."""
        return _QUICK * self.iterations

    @property
    def _support(self) -> "_Support":
        return _Support(self.weight, self.ratio, self.tolerance, self.iterations)


class _Support(Prior):
    """h(v) = sup <r, v> over |r| <= weight ratio, |E*r| <= weight: the prior at v = E D x, (B, C, m, *space)."""

    can = Can.VALUE | Can.PROX | Can.SPLIT | Can.CONVEX | Can.CONJUGATE

    def __init__(self, weight: float, ratio: float, tolerance: float, iterations: int) -> None:
        super().__init__()
        self.weight, self.ratio, self.tolerance, self.iterations = weight, ratio, tolerance, iterations

    def forward(self, x: Tensor) -> Tensor:
        return self._solve(x, 0.0).value

    def prox(self, x: Tensor, step: float) -> Tensor:
        return x - step * self.conjugate_prox(x / step, 0.0) if step else x

    def conjugate_prox(self, z: Tensor, step: float) -> Tensor:
        return self._solve(z, 1.0).dual

    def conjugate(self, z: Tensor) -> Tensor:
        own, pulled = (abs2(r).sum(2).sqrt() for r in (z, kernel.pulled(z)))
        return zero_inside(own, self.weight * self.ratio) + zero_inside(pulled, self.weight)

    def _solve(self, v: Tensor, damping: float) -> kernel.Support:
        t = torch.full((len(v),), self.weight, dtype=real_of(v.dtype), device=v.device)
        found = kernel.tgv_support(v, t, self.ratio, self.tolerance, self.iterations, damping)
        return told(found, TotalGeneralisedVariation, self.tolerance, self.iterations)
