"""Ranks in place of values before an estimator."""

from dataclasses import dataclass
from typing import ClassVar

import torch

from workbench.analysis.information.estimators.base import Samples
from workbench.analysis.information.estimators.fronts.front import Front, Inner
from workbench.analysis.information.estimators.ksg import KSG
from workbench.analysis.information.estimators.ties import TIES, refuse_repeated, spread


@dataclass(frozen=True)
class Ranked(Front):
    """I(f(u); f(v)), f each coordinate's rank as a normal score: no information is lost, and long tails are gone.

    Czyz et al. 2023, arXiv:2306.11078.
    """

    estimator: Inner = KSG()

    bias: ClassVar[str] = "that of the estimator behind it"
    free: ClassVar[str] = "none but those behind it"
    meaningless: ClassVar[str] = f"as a limit of many samples where values are quantised: {TIES}"

    def measure(self, u: Samples, v: Samples) -> float:
        refuse_repeated(u, v)  # ranks tell copies apart
        return super().measure(u, v)

    def change(self, x: Samples, side: str) -> Samples:
        x = spread(x, side)
        ranks = x.argsort(dim=0, stable=True).argsort(0).double()
        return torch.special.ndtri((ranks + 0.5) / len(x))
