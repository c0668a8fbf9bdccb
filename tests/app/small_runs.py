"""Runs of a small photograph behind a blur, by the names of methods whose states differ in kind."""

from typing import Any

from workbench.algorithms import ADMM, FISTA, PDHG, UnadjustedLangevin
from workbench.data import Shipped
from workbench.experiment import Experiment
from workbench.operators import GaussianBlur
from workbench.priors import L1, Tikhonov

SHAPE = (1, 24, 24)
CASES: dict[str, dict[str, Any]] = {
    "FISTA": {"prior": L1(0.1), "algorithm": FISTA()},
    "PDHG": {"algorithm": PDHG()},
    "ADMM": {"algorithm": ADMM()},
    "Langevin": {"prior": Tikhonov(), "algorithm": UnadjustedLangevin()},
}


def experiment(name: str = "PDHG", steps: int = 12) -> Experiment:
    """One of them, from its beginning."""
    return Experiment(Shipped("camera", 24), GaussianBlur(SHAPE), steps=steps, **CASES[name])
