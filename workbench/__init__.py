"""The inverse workbench: pick an operator, a noise, a prior and an algorithm; watch the reconstruction."""

import os

__version__ = "0.1.0"

# OpenMP threads that spin while they wait starve whatever shares the cores with them: the page, a browser, another
# run. On a busy two-core machine the default solve took 370 ms a step with spinning and 36 ms without.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
