"""Claims that a machine can check: each class is a statement about numbers, and one export line adds another."""

from workbench.lessons.statements.base import Statement, StatementVerdict
from workbench.lessons.statements.curve_and_run import CurveFalls, CurvePeaks, CurveRises, RunDiverges
from workbench.lessons.statements.levels import AtLeastLevel, AtMostLevel, LevelsApart, NearLevel
from workbench.lessons.statements.step_comparisons import (
    LargerThanInStep,
    MultipleOfStep,
    SameAsInStep,
    SmallerThanInStep,
)

__all__ = [
    "AtLeastLevel",
    "AtMostLevel",
    "CurveFalls",
    "CurvePeaks",
    "CurveRises",
    "LargerThanInStep",
    "LevelsApart",
    "MultipleOfStep",
    "NearLevel",
    "RunDiverges",
    "SameAsInStep",
    "SmallerThanInStep",
    "Statement",
    "StatementVerdict",
]
