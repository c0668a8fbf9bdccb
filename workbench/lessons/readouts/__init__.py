"""What claims are about: each class is a number that the page shows, and one export line adds another."""

from workbench.lessons.readouts.base import Readout
from workbench.lessons.readouts.certified_gap import CertifiedGap
from workbench.lessons.readouts.chains import ChainDeviation, ChainDeviationOverExact, ChainRhat
from workbench.lessons.readouts.curves import (
    BestOfCurve,
    CurveAt,
    CurveLength,
    CurveReaches,
    CurveSettles,
    LastOfCurve,
    PlaceOnCurve,
)
from workbench.lessons.readouts.eigenvalue_condition import ConditionNumber, EigenvaluesBelow, LargestEigenvalue
from workbench.lessons.readouts.layer_bits import InputBits, LabelBits
from workbench.lessons.readouts.pictures import LeastOfPicture, NormOfPicture, ZerosOfPicture
from workbench.lessons.readouts.plane_paths import BestOfPath, DataBitsOfPath, PathBelowCurve, TruthBitsOfPath
from workbench.lessons.readouts.rule_choices import QualityByRule, WeightByRule

__all__ = [
    "BestOfCurve",
    "BestOfPath",
    "CertifiedGap",
    "ChainDeviation",
    "ChainDeviationOverExact",
    "ChainRhat",
    "ConditionNumber",
    "CurveAt",
    "CurveLength",
    "CurveReaches",
    "CurveSettles",
    "DataBitsOfPath",
    "EigenvaluesBelow",
    "InputBits",
    "LabelBits",
    "LargestEigenvalue",
    "LastOfCurve",
    "LeastOfPicture",
    "NormOfPicture",
    "PathBelowCurve",
    "PlaceOnCurve",
    "QualityByRule",
    "Readout",
    "TruthBitsOfPath",
    "WeightByRule",
    "ZerosOfPicture",
]
