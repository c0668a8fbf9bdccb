"""The weight of a prior found from the data, by a warm path of solves and the rules that read it, or learned."""

from workbench.tuning.automatic import Tuning, applicable, automatic, read, rules, tune
from workbench.tuning.conformal import ConformalCalibration, ConformalIntervals
from workbench.tuning.held_out_crops import held_out_crops
from workbench.tuning.informed import informed
from workbench.tuning.learned_lengths import LearnedLengths, learned_lengths
from workbench.tuning.noise_spread import NoiseSpread, noise_spread, spread_of
from workbench.tuning.path import PathPoint, WeightPath
from workbench.tuning.perturbations import WorstPerturbation, unmoved, worst_perturbation, worst_perturbations
from workbench.tuning.point_spread import PointSpread, local_point_spread
from workbench.tuning.scales import weighed, weights_in
from workbench.tuning.selector import Selector, SelectorChoice
from workbench.tuning.selectors import (
    GCV,
    SURE,
    DiscrepancyPrinciple,
    Evidence,
    GeneralisedSURE,
    LCurve,
    Oracle,
    QuasiOptimality,
    ResidualWhiteness,
)
from workbench.tuning.walk import Walk, at_weight

__all__ = [
    "GCV",
    "SURE",
    "ConformalCalibration",
    "ConformalIntervals",
    "DiscrepancyPrinciple",
    "Evidence",
    "GeneralisedSURE",
    "LCurve",
    "LearnedLengths",
    "NoiseSpread",
    "Oracle",
    "PathPoint",
    "PointSpread",
    "QuasiOptimality",
    "ResidualWhiteness",
    "Selector",
    "SelectorChoice",
    "Tuning",
    "Walk",
    "WeightPath",
    "WorstPerturbation",
    "applicable",
    "at_weight",
    "automatic",
    "held_out_crops",
    "informed",
    "learned_lengths",
    "local_point_spread",
    "noise_spread",
    "read",
    "rules",
    "spread_of",
    "tune",
    "unmoved",
    "weighed",
    "weights_in",
    "worst_perturbation",
    "worst_perturbations",
]
