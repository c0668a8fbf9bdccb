"""The information of normal variables with the covariance of the sample."""

import math
from dataclasses import dataclass
from typing import Annotated, ClassVar

import torch

from workbench.analysis.information.estimators.base import Estimator, Samples, discrete
from workbench.refusal import Refusal


@dataclass(frozen=True)
class GaussianClosedForm(Estimator):
    """I(u; v) = (ln det C_u + ln det C_v - ln det C_uv) / 2 with the covariances of the sample.

    `unbiased` takes off the mean that chance adds where the variables are normal: with W Wishart, E ln det W is a sum
    of psi. Muirhead 1982, doi 10.1002/9780470316559.
    """

    unbiased: Annotated[bool, "less the mean that chance adds"] = True

    bias: ClassVar[str] = "none for normal variables; a lower bound where both sides are normal and together are not"
    free: ClassVar[str] = "none"
    meaningless: ClassVar[str] = "where the variables are not normal, and on symbols"

    def measure(self, u: Samples, v: Samples) -> float:
        if discrete(u) or discrete(v):
            raise Refusal("continuous samples", "symbols", "count them with Exact, or take KSG for a mixed pair")
        axes = u.shape[1] + v.shape[1]
        if len(u) <= axes + 1:
            raise Refusal(f"more than {axes + 1} samples for {axes} dimensions", str(len(u)), "take a larger ensemble")
        return (self._log_det(u) + self._log_det(v) - self._log_det(torch.cat([u, v], 1))) / 2

    def ceiling(self, n: int) -> float:
        """None: the form of the density is assumed, not sampled."""
        return math.inf

    def _log_det(self, x: Samples) -> float:
        freedom, axes, scale = len(x) - 1, x.shape[1], x.std(0)
        centred = (x - x.mean(0)) / torch.where(scale > 0, scale, 1)
        values = torch.linalg.eigvalsh(centred.T @ centred / freedom)
        if float(values[0]) <= 1e-13 * float(values[-1]):
            raise Refusal("some variance in every direction", "directions without", "compress them first, with PCA")
        # The scales of the coordinates cancel between the three terms.
        log_det = float(values.log().sum())
        if self.unbiased:
            halves = (freedom - torch.arange(axes, dtype=torch.float64)) / 2
            log_det -= float((torch.digamma(halves) - math.log(freedom / 2)).sum())
        return log_det
