"""What several chains of one posterior have told so far."""

from dataclasses import dataclass, field

from torch import Tensor

from workbench.analysis.chains.distances import Distance, Target
from workbench.analysis.chains.interval import Interval
from workbench.analysis.chains.moments import Moments
from workbench.analysis.chains.sampling import Sampling
from workbench.analysis.chains.tally import Tally


@dataclass(frozen=True)
class ChainDiagnostics:
    """What so many draws of a chain told: least and median effective size and largest R-hat of the followed pixels."""

    draws: int
    least: float
    median: float
    rhat: float
    distance: Distance | None = None


@dataclass(frozen=True)
class ChainSamples:
    """So far: `k` iterations in all, draws by `moments`, some of them in `kept`, (n, *shape), the newest in `last`.

    `intervals` of 50 and 90 %; `paths` (M, N, P): the draws of the followed pixels and, last, of the mean of all.
    `why` says why there is no exact posterior; `acceptance` is that of the chains.
    """

    k: int
    last: Tensor
    sampling: Sampling
    tally: Tally
    moments: Moments | None = None
    kept: Tensor | None = None
    intervals: tuple[Interval, ...] = ()
    paths: Tensor | None = None
    looks: tuple[ChainDiagnostics, ...] = ()
    acceptance: float | None = None
    why: str = ""
    known: Target | None = field(default=None, repr=False)

    @property
    def draws(self) -> int:
        """Of each chain."""
        return self.moments.count if self.moments else 0
