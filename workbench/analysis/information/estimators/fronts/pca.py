"""Principal components before an estimator."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

import torch

from workbench.analysis.information.estimators.base import Samples
from workbench.analysis.information.estimators.fronts.front import Front, Inner
from workbench.analysis.information.estimators.ksg import KSG
from workbench.parameters import Range
from workbench.refusal import Refusal

Kept = Annotated[int, Range(1, 10, limits=(1, 1000)), "dimensions kept of a wider side"]


@dataclass(frozen=True)
class PCA(Front):
    """I(f(u); f(v)), f the leading principal components of a side that has more dimensions than are kept.

    A lower bound of I(u; v), since a function keeps no more. Butakov et al. 2024, arXiv:2305.08013.
    """

    estimator: Inner = KSG()
    dimensions: Kept = 3

    bias: ClassVar[str] = "that of the estimator behind it, and low by what the compression loses"
    freedom: ClassVar[str] = "dimensions"
    free: ClassVar[str] = "the dimensions kept: more keep more information and cost more samples"
    meaningless: ClassVar[str] = "where information sits in directions of little variance"

    def change(self, x: Samples, side: str) -> Samples:
        return components(x, self.dimensions)


def components(x: Samples, count: int) -> Samples:
    """The first principal components of samples (N, d), (N, count), or as many as vary, as for a layer of dead units.

    All coordinates as they are where there are no more.
    """
    if x.shape[1] <= count:
        return x
    centred = x - x.mean(0)
    if len(x) <= count:
        raise Refusal(f"more samples than the {count} components", str(len(x)), "take a larger ensemble")
    _, sizes, axes = torch.linalg.svd(centred, full_matrices=False)
    vary = int((sizes > 1e-9 * sizes[0]).sum())
    return centred @ axes[: min(count, vary)].T
