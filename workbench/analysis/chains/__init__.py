"""Chains of a posterior: whether they mixed, what they say of each pixel, and how far that is from the truth."""

from workbench.analysis.chains.counting import Tally, tallied
from workbench.analysis.chains.distances import Distance, Target, distance, sliced_wasserstein, target
from workbench.analysis.chains.mixing import (
    autocorrelation,
    autocovariance,
    correlations,
    effective_size,
    normal_ranks,
    rhat,
)
from workbench.analysis.chains.moments import Interval, Moments, Reservoir, quantiles
from workbench.analysis.chains.sampling import ChainDiagnostics, ChainSamples, Sampling, replicated, sampled

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
