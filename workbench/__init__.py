"""The inverse workbench: pick an operator, a noise, a prior and an algorithm; watch the reconstruction."""

import os
from typing import Any

__version__ = "0.1.0"

# OpenMP threads that spin while they wait starve whatever shares the cores with them: the page, a browser, another
# run. On a busy two-core machine the default solve took 370 ms a step with spinning and 36 ms without.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")


def __getattr__(name: str) -> Any:
    """`workbench.check`, imported when it is first asked for: torch takes two seconds."""
    if name == "check":
        from workbench.checks import check

        return check
    raise AttributeError(f"module 'workbench' has no attribute {name!r}")
