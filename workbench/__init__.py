"""The inverse workbench: pick an operator, a noise, a prior and an algorithm; watch the reconstruction.

The six nouns, the experiment that holds one of each, `check`, and `open` for saved runs. What is stable:
docs/stable.md.
"""

import importlib
import os
from typing import TYPE_CHECKING, Any

from workbench.version import __version__ as __version__

if TYPE_CHECKING:
    from workbench.algorithms import Algorithm as Algorithm
    from workbench.algorithms import State as State
    from workbench.checks import check as check
    from workbench.experiment import Experiment as Experiment
    from workbench.noise import Noise as Noise
    from workbench.operators import Operator as Operator
    from workbench.priors import Prior as Prior
    from workbench.problem import Problem as Problem
    from workbench.records import open as open
    from workbench.refusal import Refusal as Refusal

# OpenMP threads that spin while they wait starve whatever shares the cores with them: the page, a browser, another
# run. On a busy two-core machine the default solve took 370 ms a step with spinning and 36 ms without.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

_HOMES = {
    "Algorithm": "algorithms",
    "Experiment": "experiment",
    "Noise": "noise",
    "Operator": "operators",
    "Prior": "priors",
    "Problem": "problem",
    "Refusal": "refusal",
    "State": "algorithms",
    "check": "checks",
    "open": "records",
}
# Without `open`: who writes `from workbench import *` keeps Python's own.
__all__ = ["Algorithm", "Experiment", "Noise", "Operator", "Prior", "Problem", "Refusal", "State", "check"]


def __getattr__(name: str) -> Any:
    """A name of `_HOMES`, imported when it is first asked for: torch takes two seconds."""
    if name not in _HOMES:
        raise AttributeError(f"module 'workbench' has no attribute {name!r}")
    return getattr(importlib.import_module(f"workbench.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})
