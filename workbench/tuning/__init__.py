"""The weight of a prior found from the data: a warm path of solves, and the rules that read it."""

from workbench.tuning.automatic import Tuning, automatic, read, rules, tune
from workbench.tuning.conformal import Calibration, ConformalIntervals
from workbench.tuning.path import PathPoint, WeightPath
from workbench.tuning.perturbations import WorstPerturbation, worst_perturbation
from workbench.tuning.scales import noise_level, weighed, weights_in
from workbench.tuning.selector import Selector, SelectorChoice
from workbench.tuning.selectors.discrepancy_principle import DiscrepancyPrinciple
from workbench.tuning.selectors.evidence import Evidence
from workbench.tuning.selectors.gcv import GCV
from workbench.tuning.selectors.generalised_sure import GeneralisedSURE
from workbench.tuning.selectors.l_curve import LCurve
from workbench.tuning.selectors.oracle import Oracle
from workbench.tuning.selectors.quasi_optimality import QuasiOptimality
from workbench.tuning.selectors.residual_whiteness import ResidualWhiteness
from workbench.tuning.selectors.sure import SURE
from workbench.tuning.walk import Walk, at_weight

__all__ = [
    "GCV",
    "SURE",
    "Calibration",
    "ConformalIntervals",
    "DiscrepancyPrinciple",
    "Evidence",
    "GeneralisedSURE",
    "LCurve",
    "Oracle",
    "PathPoint",
    "QuasiOptimality",
    "ResidualWhiteness",
    "Selector",
    "SelectorChoice",
    "Tuning",
    "Walk",
    "WeightPath",
    "WorstPerturbation",
    "at_weight",
    "automatic",
    "noise_level",
    "read",
    "rules",
    "tune",
    "weighed",
    "weights_in",
    "worst_perturbation",
]
