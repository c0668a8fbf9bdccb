"""Noise before an estimator."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from workbench.analysis.information.estimators.base import Samples, discrete
from workbench.analysis.information.estimators.fronts.front import Front, Inner, Seed
from workbench.analysis.information.estimators.ksg import KSG
from workbench.analysis.information.estimators.ties import refuse_repeated
from workbench.parameters import Range
from workbench.refusal import Refusal
from workbench.tensors import normal_like, stream


@dataclass(frozen=True)
class Noisy(Front):
    """I(u; v + ratio rms(v) w), w standard normal: finite where v is a deterministic function of u.

    The network that is measured has that noise. Goldfeld et al. 2019, arXiv:1810.05728.
    """

    estimator: Inner = KSG()
    ratio: Annotated[float, Range(0.001, 1, log=True, limits=(0, 1e6)), "noise in units of the rms of v"] = 0.1
    seed: Seed = 0

    bias: ClassVar[str] = "that of the estimator behind it; below I(u; v), by what the noise hides"
    freedom: ClassVar[str] = "ratio"
    free: ClassVar[str] = "the noise: less noise, more information, without end in a deterministic network"
    meaningless: ClassVar[str] = "as a statement on a network that has no such noise"

    def change(self, x: Samples, side: str) -> Samples:
        size = self.ratio * (x - x.mean(0)).square().mean().sqrt()
        return x + size * normal_like(x, stream(self.seed, "added noise", device=x.device))

    def measure(self, u: Samples, v: Samples) -> float:
        if discrete(v):
            raise Refusal("a continuous v to add noise to", "symbols", "pass the symbols as u")
        refuse_repeated(u, v)  # noise tells copies apart
        return self.estimator(u, self.change(v, "v"))
