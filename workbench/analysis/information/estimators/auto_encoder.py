"""Information of the codes of a learned auto-encoder."""

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from workbench.analysis.information.estimators.base import Samples
from workbench.analysis.information.estimators.critic import Steps
from workbench.analysis.information.estimators.fronts.front import Front, Inner, Seed
from workbench.analysis.information.estimators.fronts.pca import Kept
from workbench.analysis.information.estimators.ksg import KSG
from workbench.analysis.information.estimators.nets import Net, draw, train
from workbench.tensors import stream


@dataclass(frozen=True)
class AutoEncoder(Front):
    """I(f(u); f(v)), f the code of an auto-encoder of each side that has more dimensions than are kept.

    A lower bound of I(u; v), since a function keeps no more. Butakov et al. 2024, arXiv:2305.08013.
    """

    estimator: Inner = KSG()
    dimensions: Kept = 2
    steps: Steps = 1000
    seed: Seed = 0

    bias: ClassVar[str] = "that of the estimator behind it, and low by what the code loses"
    freedom: ClassVar[str] = "dimensions"
    free: ClassVar[str] = "the dimensions of the code and the training"
    meaningless: ClassVar[str] = "where the auto-encoder does not reconstruct what the other side depends on"

    def change(self, x: Samples, side: str) -> Samples:
        if x.shape[1] <= self.dimensions:
            return x
        rng = stream(self.seed, f"code of {side}", device=x.device)
        # One scale for all coordinates: pixels that hardly vary are not blown up.
        x = ((x - x.mean(0)) / x.std(0).max()).float()
        inside = Net((x.shape[1], 128, 64, self.dimensions), rng)
        outside = Net((self.dimensions, 64, 128, x.shape[1]), rng)

        def loss(rng: torch.Generator) -> Tensor:
            rows = x[draw(len(x), 128, rng)]
            return (outside(inside(rows)) - rows).square().mean()

        train((inside, outside), loss, self.steps, self.seed, f"batches of {side}")
        with torch.no_grad():
            return inside(x).double()
