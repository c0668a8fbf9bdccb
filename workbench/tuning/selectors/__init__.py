"""Rules that find a weight: one class and one line here, and pages, commands and tests know it."""

from workbench.tuning.selector import Selector
from workbench.tuning.selectors.discrepancy_principle import DiscrepancyPrinciple
from workbench.tuning.selectors.evidence import Evidence
from workbench.tuning.selectors.gcv import GCV
from workbench.tuning.selectors.generalised_sure import GeneralisedSURE
from workbench.tuning.selectors.l_curve import LCurve
from workbench.tuning.selectors.oracle import Oracle
from workbench.tuning.selectors.quasi_optimality import QuasiOptimality
from workbench.tuning.selectors.residual_whiteness import ResidualWhiteness
from workbench.tuning.selectors.sure import SURE

__all__ = [
    "GCV",
    "SURE",
    "DiscrepancyPrinciple",
    "Evidence",
    "GeneralisedSURE",
    "LCurve",
    "Oracle",
    "QuasiOptimality",
    "ResidualWhiteness",
    "Selector",
]
