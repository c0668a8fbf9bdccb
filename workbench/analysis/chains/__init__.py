"""Chains of a posterior: whether they mixed, what they say of each pixel, and how far that is from the truth."""

from workbench.analysis.chains.chain_samples import ChainDiagnostics, ChainSamples
from workbench.analysis.chains.distances import Distance, Target, distance, sliced_wasserstein, target
from workbench.analysis.chains.interval import Interval, quantiles
from workbench.analysis.chains.mixing import (
    autocorrelation,
    autocovariance,
    correlations,
    effective_size,
    normal_ranks,
    rhat,
)
from workbench.analysis.chains.moments import Moments
from workbench.analysis.chains.reservoir import Reservoir
from workbench.analysis.chains.sampled import replicated, sampled
from workbench.analysis.chains.sampling import Sampling
from workbench.analysis.chains.tally import Tally, tallied

__all__ = [
    "ChainDiagnostics",
    "ChainSamples",
    "Distance",
    "Interval",
    "Moments",
    "Reservoir",
    "Sampling",
    "Tally",
    "Target",
    "autocorrelation",
    "autocovariance",
    "correlations",
    "distance",
    "effective_size",
    "normal_ranks",
    "quantiles",
    "replicated",
    "rhat",
    "sampled",
    "sliced_wasserstein",
    "tallied",
    "target",
]
