"""Examples of the prox of counts: on both sides of clean = 0, and where nothing was counted."""

from workbench.kernels.counts import CountStep, prox
from workbench.kernels.examples import Draw, Example


def _arguments(d: Draw) -> tuple:
    return d.signal(), (d.signal() - 0.3).clamp_min(0), CountStep(0.7, 0.1)


EXAMPLES = (Example("counts.prox", _arguments, prox),)
