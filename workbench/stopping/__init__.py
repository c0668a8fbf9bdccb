"""Stopping rules, composed with | and &: `Steps(500) | Gap(1e-6) | Seconds(10)`."""

from workbench.stopping.both import Both
from workbench.stopping.change import Change
from workbench.stopping.discrepancy import Discrepancy
from workbench.stopping.either import Either
from workbench.stopping.gap import Gap
from workbench.stopping.least_gcv import LeastGCV
from workbench.stopping.least_sure import LeastSURE
from workbench.stopping.parsing import parse
from workbench.stopping.residual import Residual
from workbench.stopping.seconds import Seconds
from workbench.stopping.steps import Steps
from workbench.stopping.stop import Stop

__all__ = [
    "Both",
    "Change",
    "Discrepancy",
    "Either",
    "Gap",
    "LeastGCV",
    "LeastSURE",
    "Residual",
    "Seconds",
    "Steps",
    "Stop",
    "parse",
]
