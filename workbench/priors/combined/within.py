"""A convex prior within a convex set, by the dual of its prox."""

from torch import Tensor

from workbench.priors.base import Prior
from workbench.priors.can import Can
from workbench.priors.combined.dual_of_prox import SplitPrior, solved, subgradients
from workbench.priors.variation.iterative import told
from workbench.tensors import Shape

_TOLERANCE, _MOST = 1e-6, 10_000  # of the objective, the gap that ends a prox, and its most dual steps


class Within:
    """f + 0 in a convex set C, infinite outside, f = h(K x): prox(x) = P(x - step K* z), z the best in dom h*."""

    can = Can.PROX

    def __init__(self, prior: Prior, bounds: Prior) -> None:
        self.prior, self.bounds = prior, bounds
        self.tolerance = float(getattr(prior, "tolerance", _TOLERANCE))
        self.iterations = min(int(getattr(prior, "iterations", _MOST)), _MOST)

    def prox(self, x: Tensor, step: float) -> Tensor:
        if step == 0:
            return self.bounds.prox(x, 1.0)
        found = solved(self._split(tuple(x.shape[1:])), x, step, self.tolerance, self.iterations)
        return told(found, type(self.prior), self.tolerance, self.iterations).x

    def multipliers(self, x: Tensor, z: Tensor) -> dict[Prior, Tensor]:
        """z, a subgradient of the sum at x but for errors, as one of h behind its map and one of the set."""
        q, normal = subgradients(self._split(tuple(x.shape[1:])), x, z)
        return {self.prior: q, self.bounds: normal}

    def _split(self, shape: Shape) -> SplitPrior:
        return SplitPrior(*self.prior.dual_split(shape), self.bounds)


def lies_within(prior: Prior, bounds: Prior) -> bool:
    """Whether the pair is a convex prior, of which the conjugate behind its linear map is known, and a convex set."""
    convex_set = Can.PROJECTION | Can.CONVEX in bounds.can
    splits = Can.SPLIT | Can.CONVEX | Can.VALUE in prior.can and Can.PROJECTION not in prior.can
    return convex_set and splits and Can.CONJUGATE in prior.outer.can
