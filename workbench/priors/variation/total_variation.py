"""Total variation."""

from typing import Annotated

import torch
from torch import Tensor

from workbench.kernels import admm_tv, pdhg_tv
from workbench.kernels import tv as kernel
from workbench.kernels.admm_tv import PenaltyPace, Split
from workbench.kernels.pdhg_tv import Moves, Signals
from workbench.operators import LinearOperator
from workbench.operators.differences.gradient import Gradient
from workbench.operators.differences.spacing import Axes, Spacing, scale_of
from workbench.parameters import Range
from workbench.priors.base import Prior, Weight
from workbench.priors.can import Can
from workbench.priors.sparsity.group_l1 import GroupL1
from workbench.priors.sparsity.l1 import L1
from workbench.priors.variation.around import around
from workbench.priors.variation.grids import no_differences
from workbench.priors.variation.iterative import told
from workbench.priors.variation.smoothed_total_variation import SmoothedTotalVariation
from workbench.tensors import Shape, abs2, real_of, spread

# A prox whose dual is asked for: its gap, its most steps, and its t in spreads of x.
_FINE, _STEPS, _SHORT = 1e-12, 300, 0.03


class TotalVariation(Prior):
    """g(x) = weight sum over pixels of |Dx|_2 (isotropic) or |Dx|_1: few edges, flat in between.

    D are the forward differences of each channel along `axes`, divided by the spacing of their axis, moduli where x is
    complex; one to three space axes. Of a film, axis 0 alone is the variation in time. The prox is iterative and stops
    by its own certificate, a duality gap, or warns that it did not get there.
    Rudin, Osher, Fatemi 1992, 10.1016/0167-2789(92)90242-F.
    """

    formula = r"g(x) = w \sum_i |(Dx)_i|"

    can = Can.VALUE | Can.PROX | Can.SPLIT | Can.DENOISE | Can.CONVEX
    suits = frozenset({"piecewise constant"})
    keeps_sign = True

    def __init__(
        self,
        weight: Weight = 10.0,
        isotropic: Annotated[bool, "edges of every direction count by their length; else along the axes"] = True,
        tolerance: Annotated[
            float, Range(1e-8, 1e-2, log=True, limits=(0, 1)), "gap, relative to the objective, that ends the prox"
        ] = 1e-5,
        iterations: Annotated[
            int, Range(10, 100_000, log=True, limits=(1, 1e7)), "most dual steps of a prox"
        ] = 100_000,
        spacing: Spacing = (),
        axes: Axes = (),
    ) -> None:
        super().__init__()
        self.weight, self.isotropic, self.tolerance, self.iterations = weight, isotropic, tolerance, iterations
        self.spacing, self.axes = spacing, axes

    def forward(self, x: Tensor) -> Tensor:
        return self.weight * kernel.tv(x, self.isotropic, self._scale(x))

    def prox(self, x: Tensor, step: float) -> Tensor:
        t = torch.full((len(x),), step * self.weight, dtype=real_of(x.dtype), device=x.device)
        found = kernel.tv_solve(x, t, self.isotropic, self.tolerance, self.iterations, scale=self._scale(x))
        return told(found, type(self), self.tolerance, self.iterations).x

    def conjugate_prox(self, z: Tensor, step: float) -> Tensor:
        # g* is 0 on a convex set and infinite outside, so its prox is the projection for every step.
        return z - self.prox(z, 1.0)

    @property
    def outer(self) -> Prior:
        return GroupL1(self.weight, axis=2) if self.isotropic else L1(self.weight)

    def linear(self, shape: Shape) -> LinearOperator:
        return Gradient(shape, self.spacing, self.axes)

    def periodic_split(self, shape: Shape) -> tuple[Prior, LinearOperator]:
        return around(self.outer, shape, self.spacing, self.axes)

    def split_pass(self, signals: Split, pace: PenaltyPace) -> Split:
        return admm_tv.step(signals, pace, self.weight, self.isotropic, self._scale(signals[0]))

    def primal_dual(self, signals: Signals, dual: Tensor, moves: Moves) -> Signals:
        return pdhg_tv.step(signals, dual, moves, self.weight, self.isotropic, self._scale(signals[0]))

    def smoothed(self, width: float) -> Prior:
        return SmoothedTotalVariation(self.weight, width, self.isotropic, self.spacing, self.axes)

    def multiplier(self, x: Tensor, z: Tensor) -> Tensor:
        # At a minimum x = prox(x + t / weight z), and the dual of that prox is q / weight.
        scale = self._scale(x)
        if self.weight == 0:
            return torch.zeros_like(kernel.gradient(x))
        middle = x.flatten(1).mean(1)
        t = _SHORT * abs2(x - spread(middle, x)).flatten(1).mean(1).sqrt()
        ahead = x + spread(t / self.weight, x) * z
        most = min(_STEPS, self.iterations)
        return self.weight * kernel.tv_solve(ahead, t, self.isotropic, _FINE, most, scale=scale).dual

    def unfit(self, shape: Shape, dtype: torch.dtype) -> str:
        return no_differences(shape, self.spacing, axes=self.axes)

    def _scale(self, x: Tensor) -> tuple[float, ...]:
        return scale_of(self.spacing, tuple(x.shape[1:]), type(self).__name__, self.axes)
