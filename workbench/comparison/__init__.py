"""Runs laid beside each other: what differs, how good each is at its end, and when it was as good as the others."""

from workbench.comparison.compared_run import ComparedRun
from workbench.comparison.comparison import Comparison, compare
from workbench.comparison.curves import ABSCISSAE, CurveAxis, RunCurve
from workbench.comparison.marks import Mark
from workbench.comparison.metrics import Replicates
from workbench.comparison.pictures import PictureRow
from workbench.comparison.settings import Setting

__all__ = [
    "ABSCISSAE", "ComparedRun", "Comparison", "CurveAxis", "Mark", "PictureRow", "Replicates", "RunCurve", "Setting",
    "compare",
]  # fmt: skip
